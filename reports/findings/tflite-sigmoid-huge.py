"""TensorFlow Lite gives NaN for the sigmoid of large finite numbers, in its default interpreter.

Rule 17.3; cause tflite-sigmoid-huge. Seen with tensorflow 2.21.0; LiteRT 2.3.0 (ai-edge-litert) does the same.
It is the kernel of XNNPACK, the delegate that is there by default: between 1e30 and 2.2e38 all that was tried is NaN,
of both signs; beyond, and for infinity, it is 0 or 1. So are gates whose input is of that size.
Expected: 1.0 of all, as in TensorFlow.
Actual:

    TensorFlow: [1. 1. 1.]  (control)
    TensorFlow Lite: [nan nan  1.]
    without delegates: [1. 1. 1.]  (control)
"""

import numpy as np
import tensorflow as tf

x = np.asarray([1e30, 1e38, np.inf], np.float32)
sigmoid = tf.function(tf.sigmoid, input_signature=[tf.TensorSpec((3,), tf.float32)])
model = tf.lite.TFLiteConverter.from_concrete_functions([sigmoid.get_concrete_function()]).convert()
print(f"TensorFlow: {sigmoid(x)}")
kinds = tf.lite.experimental.OpResolverType
plain = kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES
for told, kind in (("TensorFlow Lite", kinds.AUTO), ("without delegates", plain)):
    interpreter = tf.lite.Interpreter(model_content=model, experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    print(f"{told}: {interpreter.get_tensor(interpreter.get_output_details()[0]['index'])}")
