"""keras.layers.LSTM forgets use_cudnn in its configuration.

Rule 22.2; causes keras-use-cudnn-bidirectional, keras-use-cudnn-config.
Seen with Keras 3.15.1, on all backends, and in Bidirectional until 3.11.3.
Expected: False everywhere; "An object config is a Python dictionary (serializable) containing the information needed to
re-instantiate it.", says the docstring of get_config. https://github.com/keras-team/keras/issues/21533
Actual on tensorflow, torch, jax with keras 3.15.1:

    constructed: False  (control)
    in Bidirectional: False  (control)
    from_config: auto
    clone_model: auto
    deepcopy: auto
    Bidirectional.from_config: auto

Actual on torch with keras 3.11.3:

    constructed: False  (control)
    in Bidirectional: auto
    from_config: auto
    clone_model: auto
    deepcopy: auto
    Bidirectional.from_config: auto
"""

import copy

import keras

layer = keras.layers.LSTM(1, use_cudnn=False)
both = keras.layers.Bidirectional(layer)
model = keras.Sequential([keras.Input((2, 1)), layer])
print("constructed:", layer.use_cudnn)
print("in Bidirectional:", both.backward_layer.use_cudnn)
print("from_config:", keras.layers.LSTM.from_config(layer.get_config()).use_cudnn)
print("clone_model:", keras.models.clone_model(model).layers[0].use_cudnn)
print("deepcopy:", copy.deepcopy(layer).use_cudnn)
print("Bidirectional.from_config:", keras.layers.Bidirectional.from_config(both.get_config()).forward_layer.use_cudnn)
