"""What the manual of ONNX says of its operator LSTM, run by `onnx.reference`, or by onnxruntime.

`CLAIMS_ONNX` names what runs it: `onnx` or `onnxruntime`.
"""

import os

import numpy as np
from onnx import TensorProto, helper

RUNTIME = os.environ.get("CLAIMS_ONNX", "onnx")
OUTPUTS = ["Y", "Y_h", "Y_c"]
INPUTS = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"]


def seed(number):
    np.random.seed(number)


def random(*shape):
    return np.random.standard_normal(shape).astype("float32")


def lstm(given, **attributes):
    """The outputs Y, Y_h and Y_c of a model with nothing but this operator."""
    names = [name if name in given else "" for name in INPUTS]
    kinds = {name: TensorProto.INT32 if name == "sequence_lens" else TensorProto.FLOAT for name in given}
    node = helper.make_node("LSTM", names, OUTPUTS, **attributes)
    inputs = [helper.make_tensor_value_info(name, kinds[name], a.shape) for name, a in given.items()]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in OUTPUTS]
    graph = helper.make_graph([node], "lstm", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    if RUNTIME == "onnxruntime":
        import onnxruntime

        return onnxruntime.InferenceSession(model.SerializeToString()).run(None, given)
    from onnx.reference import ReferenceEvaluator

    return ReferenceEvaluator(model).run(None, given)


def weights(I=3, H=4, directions=1):
    return {"W": random(directions, 4 * H, I), "R": random(directions, 4 * H, H), "B": random(directions, 8 * H)}


def o1(claim):
    """The rows of W, R and B are those of i, o, f, c, in this order."""
    H = 4
    X, given = random(1, 2, 3), weights(H=H)
    h_0, c_0 = random(1, 2, H), random(1, 2, H)

    def last_states(**biases):
        B = given["B"].copy()
        for gate, value in biases.items():
            block = "iofc".index(gate)
            B[:, block * H : (block + 1) * H] = value
        return lstm({"X": X, **given, "B": B, "initial_h": h_0, "initial_c": c_0}, hidden_size=H)[1:]

    _, c = last_states(i=-200, f=200)  # nothing comes in, nothing is forgotten
    claim("the first block closes the input, the third keeps the cell state:", bool((c == c_0).all()))
    _, c = last_states(i=200, f=-200, c=200)  # all is forgotten, tanh(200) = 1 comes in
    claim("the fourth is what comes in:", bool((c == 1).all()))
    h, _ = last_states(o=-200)
    claim("the second closes the output:", bool((abs(h) < 1e-30).all()))


def o2(claim, judge):
    """The activations are Sigmoid, Tanh and Tanh by default; Y is (seq_length, num_directions, batch_size,
    hidden_size), Y_h and Y_c lack the first axis.
    """
    X, given = random(5, 2, 3), weights()
    Y, h, c = lstm({"X": X, **given}, hidden_size=4)
    print("Y", Y.shape, " Y_h", h.shape, " Y_c", c.shape)
    claim(
        "(T, directions, B, H), (directions, B, H) twice:",
        [Y.shape, h.shape, c.shape] == [(5, 1, 2, 4), (1, 2, 4), (1, 2, 4)],
    )
    judge("Sigmoid, Tanh, Tanh by default", "onnx", [given], X, Y[:, 0], [(h[0], c[0])], time_major=True)


def o3(claim):
    """initial_h, initial_c and B are zeros if they are left out."""
    X, given = random(5, 2, 3), weights()
    zeros = np.zeros((1, 2, 4), "float32")
    left_out = lstm({"X": X, **given}, hidden_size=4)
    states = lstm({"X": X, **given, "initial_h": zeros, "initial_c": zeros}, hidden_size=4)
    claim(
        "initial_h and initial_c are zeros if they are left out:", all((a == b).all() for a, b in zip(left_out, states))
    )
    without = lstm({"X": X, "W": given["W"], "R": given["R"]}, hidden_size=4)
    no_bias = lstm({"X": X, **given, "B": np.zeros((1, 32), "float32")}, hidden_size=4)
    claim("so is B:", all((a == b).all() for a, b in zip(without, no_bias)))


def o4(claim):
    """direction=bidirectional gives both directions on an axis of their own, and Y_h is that at the end of each."""
    X, given = random(5, 2, 3), weights(directions=2)
    try:
        Y, h, c = lstm({"X": X, **given}, hidden_size=4, direction="bidirectional")
    except Exception as error:
        print(type(error).__name__, str(error)[:120])
        claim("direction=bidirectional runs:", False)
        return
    print("Y", Y.shape, " Y_h", h.shape)
    claim("two directions, one after the other on an axis of their own:", Y.shape == (5, 2, 2, 4))
    claim(
        "Y_h is Y at the last step forwards, at the first backwards:",
        bool((h[0] == Y[-1, 0]).all() and (h[1] == Y[0, 1]).all()),
    )


def o5(claim):
    """input_forget=1 couples the input and the forget gate."""
    X, given = random(1, 2, 3), weights()
    c_0 = random(1, 2, 4)
    given["B"][:, 0:4] = -60  # the input gate is shut, and coupled to it the forget gate open
    given["B"][:, 8:12] = -60  # not coupled, the forget gate is shut as well
    inputs = {"X": X, **given, "initial_h": 0 * c_0, "initial_c": c_0}
    plain = lstm(inputs, hidden_size=4)[2]
    coupled = lstm(inputs, hidden_size=4, input_forget=1)[2]
    print("c before: ", c_0[0, 0].round(4))
    print("c without:", plain[0, 0].round(4))
    print("c with:   ", coupled[0, 0].round(4))
    claim("a shut input gate keeps the cell state:", bool((coupled == c_0).all()))


def o6(claim):
    """sequence_lens says how long each row is; Y_h is that at its end."""
    X, given = random(5, 3, 3), weights()
    Y, h, c = lstm({"X": X, **given, "sequence_lens": np.array([5, 3, 2], "int32")}, hidden_size=4)
    print("row 2, of length 2:", Y[:, 0, 2, 0].round(4))
    claim("sequence_lens ends row 2 after 2 steps:", bool((h[0, 2] == Y[1, 0, 2]).all()))


def o7(claim):
    """clip limits what the activations read."""
    X, given = random(5, 2, 3), weights()
    plain = lstm({"X": X, **given}, hidden_size=4)[0]
    clipped = lstm({"X": X, **given}, hidden_size=4, clip=0.1)[0]
    print("Y without:  ", plain[-1, 0, 0].round(4))
    print("Y, clip=0.1:", clipped[-1, 0, 0].round(4))
    # sigmoid(0.1) = 0.525, tanh(0.1) = 0.0997: |c| stays below 0.0523 + 0.525 |c|
    claim("clip limits what the activations read:", bool((abs(clipped) < 0.525 * np.tanh(0.0524 / 0.475)).all()))


def o8(claim):
    """The peepholes P are those of i, o and f, in this order."""
    X, given = random(1, 2, 3), weights()
    given["B"][:, 12:16] = -200  # what comes in is tanh(-200) = -1
    given["B"][:, 8:12] = 2  # most of c stays, so that it is positive
    c_0 = np.full((1, 2, 4), 10, "float32")
    P = np.zeros((1, 12), "float32")

    def states(P):
        return lstm({"X": X, **given, "initial_h": 0 * c_0, "initial_c": c_0, "P": P}, hidden_size=4)[1:]

    h, c = states(P)
    (_, c_i), (h_o, c_o), (_, c_f) = (states(np.eye(3, dtype="float32")[k].repeat(4)[None] * 200) for k in range(3))
    claim("the first block opens the input gate, more of -1 comes in:", bool((c_i < c).all()))
    claim("the second opens the output gate, c stays:", bool((abs(h_o) > abs(h)).all() and (c_o == c).all()))
    claim("the third opens the forget gate, more of c stays:", bool((c_f > c).all()))
