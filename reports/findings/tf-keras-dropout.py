"""x"""

import tf_keras

for rate in (1.5, -0.5):
    print(f"LSTM(dropout={rate}) has {tf_keras.layers.LSTM(6, dropout=rate).dropout}")
    try:
        tf_keras.layers.Dropout(rate)
        print(f"Dropout({rate}): accepted")
    except Exception as error:
        print(f"Dropout({rate}): {type(error).__name__}")
