"""keras.layers.LSTM(dropout=0.5, implementation=1) raises as soon as it is called in training mode.

Rules 21.1 to 21.4; cause keras-dropout-implementation.
Seen with Keras 3.15.1, TensorFlow 2.21.0, torch 2.13.0, JAX 0.10.2.
Before it tries cuDNN, the layer takes the four masks of implementation=1 for one, and broadcasts the list to the shape
of the input. With use_cudnn=False it does not try, and with recurrent_dropout it does not, either.
Public: https://github.com/keras-team/keras/pull/20663, merged in 3.8, makes several masks for implementation=1 only.
Expected: four times "answers".
Actual on tensorflow:

    implementation=2, use_cudnn=auto: answers  (control)
    implementation=2, use_cudnn=False: answers  (control)
    implementation=1, use_cudnn=auto: InvalidArgumentError
    implementation=1, use_cudnn=False: answers  (control)

Actual on torch:

    implementation=2, use_cudnn=auto: answers  (control)
    implementation=2, use_cudnn=False: answers  (control)
    implementation=1, use_cudnn=auto: RuntimeError
    implementation=1, use_cudnn=False: answers  (control)

Actual on jax:

    implementation=2, use_cudnn=auto: answers  (control)
    implementation=2, use_cudnn=False: answers  (control)
    implementation=1, use_cudnn=auto: ValueError
    implementation=1, use_cudnn=False: answers  (control)
"""

import keras

for implementation in (2, 1):
    for use_cudnn in ("auto", False):
        layer = keras.layers.LSTM(6, dropout=0.5, implementation=implementation, use_cudnn=use_cudnn)
        try:
            layer(keras.ops.ones((2, 3, 4)), training=True)
            answer = "answers"
        except Exception as error:
            answer = type(error).__name__
        print(f"implementation={implementation}, use_cudnn={use_cudnn}: {answer}")
