"""What is said of Keras' LSTM, each sentence followed by the code that settles it: in Keras 3, in Keras 2, and older.

`CLAIMS_KERAS` names the Keras that is meant: `keras`, `tf_keras`, or `tensorflow.keras`.
"""

import importlib
import os
import warnings

import numpy as np

keras = importlib.import_module(os.environ.get("CLAIMS_KERAS", "keras"))
warnings.simplefilter("ignore")
VERSIONS = {"tensorflow.keras": keras.__version__} if keras.__name__.startswith("tensorflow") else {}


def seed(number):
    np.random.seed(number)
    keras.utils.set_random_seed(number) if hasattr(keras.utils, "set_random_seed") else None


def random(*shape):
    return np.random.standard_normal(shape).astype("float32")


def numbers(*tensors):
    return [keras.backend.get_value(a) if not hasattr(a, "numpy") else a.numpy() for a in tensors]


def tensors(*arrays):
    return [keras.ops.convert_to_tensor(a) if hasattr(keras, "ops") else keras.backend.constant(a) for a in arrays]


def weights_of(layer):
    return dict(zip(["kernel", "recurrent_kernel", "bias"], layer.get_weights()))


def a1(claim, judge):
    """`units` is the width of the output: with units=128 an input of (100, 300) becomes (100, 128)."""
    layer = keras.layers.LSTM(units=128, return_sequences=True)
    x = random(1, 100, 300)
    (y,) = numbers(layer(x))
    print(x.shape[1:], "->", y.shape[1:], "with", layer.count_params(), "parameters")
    claim("100 vectors of 128 numbers:", y.shape == (1, 100, 128))
    judge("the layer", "keras", [weights_of(layer)], x, y)


def a2(claim):
    """With return_sequences=True all hidden vectors come back, else the last one alone."""
    layer = keras.layers.LSTM(8, return_sequences=True)
    x = random(2, 5, 3)
    (every,) = numbers(layer(x))
    last = keras.layers.LSTM(8)
    last.build((2, 5, 3))
    last.set_weights(layer.get_weights())
    (alone,) = numbers(last(x))
    print("return_sequences=True:", every.shape, " False:", alone.shape)
    claim("all 5 hidden vectors, or one:", [every.shape, alone.shape] == [(2, 5, 8), (2, 8)])
    claim("the one is the last:", bool((every[:, -1] == alone).all()))


def a3(claim, beyond, judge):
    """In each step the input and the previous hidden state are joined to one vector, of 428 = 300 + 128 numbers, which
    the gates read.
    """
    first, second = keras.layers.LSTM(128, return_sequences=True), keras.layers.LSTM(128)
    x = random(1, 1, 300)
    y, _ = numbers(first(x), second(first(x)))
    kernel, recurrent_kernel, bias = first.get_weights()
    joined = np.concatenate([x[:, 0], np.zeros((1, 128), "float32")], axis=-1)  # the state before is zeros
    z = joined @ np.concatenate([kernel, recurrent_kernel]) + bias
    i, f, g, o = np.split(z, 4, axis=-1)
    sigmoid = lambda a: 1 / (1 + np.exp(-a))
    h = sigmoid(o) * np.tanh(sigmoid(i) * np.tanh(g))
    claim("layer 0 reads", joined.shape[-1], "numbers, 428 = 300 + 128:", joined.shape[-1] == 428)
    judge("gates from the joined vector", "keras", [weights_of(first)], x, h)
    judge("the layer", "keras", [weights_of(first)], x, y)
    deeper = sum(len(a) for a in second.get_weights()[:2])
    beyond("layer 1 reads", deeper, "numbers, 428 = 300 + 128:", deeper == 428)


def a4(claim):
    """Each of the four blocks of gates has `units` outputs, and the cell state is as wide as the hidden state."""
    layer = keras.layers.LSTM(128, return_state=True)
    _, h, c = numbers(*layer(random(2, 5, 300)))
    shapes = [a.shape for a in layer.get_weights()]
    print("kernel, recurrent kernel, bias:", shapes)
    claim("four blocks of 128 columns:", shapes == [(300, 4 * 128), (128, 4 * 128), (4 * 128,)])
    claim("h", h.shape, "and c", c.shape, "have one size:", h.shape == c.shape == (2, 128))


def a5(claim):
    """The input has three axes, (samples, timesteps, input_dim); the output has three or two."""
    shapes = [numbers(keras.layers.LSTM(8, return_sequences=flag)(random(2, 5, 3)))[0].shape for flag in (True, False)]
    claim(
        "(2, 5, 3) ->", *shapes, "are (samples, timesteps, units) and (samples, units):", shapes == [(2, 5, 8), (2, 8)]
    )
    try:
        keras.layers.LSTM(8)(random(5, 3))
        claim("an input of two axes is refused:", False)
    except ValueError as error:
        print(str(error).splitlines()[0])
        claim("an input of two axes is refused:", True)


def a6(claim, judge):
    """In a stack the last layer mostly has return_sequences=False: 64, 128 and 256 units give (B, 5, 64), (B, 5, 128)
    and (B, 256).
    """
    layers = [keras.layers.LSTM(units, return_sequences=units != 256) for units in (64, 128, 256)]
    x = read = random(2, 5, 10)
    shapes = []
    for layer in layers:
        (read,) = numbers(layer(read))
        shapes.append(read.shape)
    print(x.shape, "->", *shapes)
    claim("sequences below, one vector at the top:", shapes == [(2, 5, 64), (2, 5, 128), (2, 256)])
    judge("the stack of 64, 128 and 256", "keras", [weights_of(layer) for layer in layers], x, read)


def a7(claim, judge):
    """One product with the whole kernel is cut into four blocks: i, f, c, o."""
    H = 3
    x, h_0, c_0 = random(2, 1, 4), random(2, H), random(2, H)

    def last_states(**biases):
        layer = keras.layers.LSTM(H, implementation=2, return_state=True)
        layer.build(x.shape)
        kernel, recurrent_kernel, bias = layer.get_weights()
        for gate, value in biases.items():
            block = "ifco".index(gate)
            bias[block * H : (block + 1) * H] = value
        layer.set_weights([kernel, recurrent_kernel, bias])
        return numbers(*layer(x, initial_state=tensors(h_0, c_0)))[1:]

    _, c = last_states(i=-200, f=200)  # nothing comes in, nothing is forgotten
    claim("the first block closes the input, the second keeps the cell state:", bool((c == c_0).all()))
    _, c = last_states(i=200, f=-200, c=200)  # all is forgotten, tanh(200) = 1 comes in
    claim("the third is what comes in:", bool((c == 1).all()))
    h, _ = last_states(o=-200)
    claim("the fourth closes the output:", bool((h == 0).all()))
    for k in (1, 2):
        layer = keras.layers.LSTM(H, implementation=k, return_sequences=True)
        kept = layer.get_config().get("implementation", "nothing: a copy has 2")
        print(f"implementation={k} is that of the cell: {layer.cell.implementation}; the configuration has {kept}")
        (y,) = numbers(layer(x))
        judge(f"implementation={k}", "keras", [weights_of(layer)], x, y)


def a8(claim):
    """recurrent_activation is hard_sigmoid, unless another is named."""
    layer = keras.layers.LSTM(4)
    print("recurrent_activation:", layer.recurrent_activation.__name__)
    claim("hard_sigmoid is the default:", layer.recurrent_activation.__name__ == "hard_sigmoid")


def a9(claim):
    """hard_sigmoid is 0.2 x + 0.5, cut off at 0 and 1."""
    hard_sigmoid = keras.activations.hard_sigmoid
    x = np.array([-3, -2.75, -2.5, -1, 0, 1, 2.5, 2.75, 3], "float32")
    (y,) = numbers(hard_sigmoid(*tensors(x)))
    old, new = (np.clip(slope * x + 0.5, 0, 1).astype("float32") for slope in (0.2, 1 / 6))
    print("x             ", x)
    print("hard_sigmoid  ", y.round(4))
    print("0.2 x + 0.5   ", old.round(4))
    print("x / 6 + 0.5   ", new.round(4))
    claim("0.2 x + 0.5 between 0 and 1:", float(abs(y - old).max()) < 2.0**-20)


def a10(claim, judge):
    """`activation` acts on the candidate and on the way out, `recurrent_activation` on the three gates."""
    layer = keras.layers.LSTM(2, activation="linear", recurrent_activation="sigmoid", return_state=True)
    x = random(2, 6, 3)
    y, h, c = numbers(*layer(x))
    judge("activation=linear on g and c", "keras", [weights_of(layer)], x, y, [(h, c)], activation="linear")
    layer = keras.layers.LSTM(2, activation="linear", recurrent_activation="linear", return_state=True)
    layer.build((2, 1, 3))
    kernel, recurrent_kernel, bias = layer.get_weights()
    layer.set_weights([0 * kernel, 0 * recurrent_kernel, np.float32([2, 2, 3, 3, 5, 5, 7, 7])])  # i f g o
    y, h, c = numbers(*layer(np.zeros((2, 1, 3), "float32"), initial_state=tensors(*[np.ones((2, 2), "float32")] * 2)))
    print("all linear, i f g o = 2 3 5 7 and c before = 1:  c", c[0, 0], " h", h[0, 0])
    claim("c = 3 x 1 + 2 x 5 and h = 7 c:", bool((c == 13).all() and (h == 91).all()))
    layer = keras.layers.LSTM(2, activation="tanh", recurrent_activation="linear", return_state=True)
    layer.build((2, 1, 3))
    layer.set_weights([0 * kernel, 0 * recurrent_kernel, np.float32([2, 2, 3, 3, 50, 50, 7, 7])])
    y, h, c = numbers(
        *layer(np.zeros((2, 1, 3), "float32"), initial_state=tensors(*[np.full((2, 2), 20, "float32")] * 2))
    )
    print("activation=tanh, i f g o = 2 3 50 7 and c before = 20:  c", c[0, 0], " h", h[0, 0])
    claim("c = 3 x 20 + 2 tanh(50) and h = 7 tanh(c):", bool((c == 62).all() and (h == 7).all()))


def a11(claim):
    """unit_forget_bias=True starts the forget gate's part of the bias at 1."""
    layer = keras.layers.LSTM(4)
    layer.build((2, 5, 3))
    bias = layer.get_weights()[2]
    print("i f c o:", *np.split(bias, 4))
    claim("ones for the forget gate alone:", bias.tolist() == [0] * 4 + [1] * 4 + [0] * 8)
    layer = keras.layers.LSTM(4, unit_forget_bias=False)
    layer.build((2, 5, 3))
    claim("with unit_forget_bias=False none:", not layer.get_weights()[2].any())


def a12(claim):
    """By default the kernel is drawn from glorot_uniform, the recurrent kernel is orthogonal, and the bias is zero."""
    I, H = 60, 40
    layer = keras.layers.LSTM(H, unit_forget_bias=False)
    layer.build((2, 5, I))
    kernel, recurrent_kernel, bias = (a.astype("float64") for a in layer.get_weights())
    limit = np.sqrt(6 / (I + 4 * H))  # of the whole kernel, whose fans are I and 4 H
    print("kernel from", kernel.min().round(5), "to", kernel.max().round(5), " glorot_uniform: +-", limit.round(5))
    claim("within the limits of glorot_uniform:", bool((abs(kernel) <= np.float32(limit)).all()))
    # Dvoretzky, Kiefer and Wolfowitz: of a uniform distribution this fails with a probability of 1e-9.
    allowed = np.sqrt(np.log(2 / 1e-9) / (2 * kernel.size))
    uniform = (np.sort(kernel.ravel()) + limit) / (2 * limit)
    distance = max(abs(uniform - (np.arange(kernel.size) + end) / kernel.size).max() for end in (0, 1))
    claim(
        "distance to the uniform distribution",
        distance.round(4),
        "below",
        allowed.round(4),
        ":",
        bool(distance < allowed),
    )
    rows = recurrent_kernel @ recurrent_kernel.T
    # float32 Householder vectors: an entry of Q Q' is a sum of 4 H products, each rounded a few times.
    error, rounding = abs(rows - np.eye(H)).max(), 4 * H * 2.0**-23
    claim("rows of the recurrent kernel: |Q Q' - 1|", error.round(8), "is rounding:", bool(error < rounding))
    claim("the bias is zero:", not bias.any())


def a13(claim):
    """input_dim and input_length tell the first layer what its input is like."""
    try:
        layer = keras.layers.LSTM(4, input_dim=3, input_length=5)
        print("accepted, batch_input_shape", getattr(layer, "_batch_input_shape", None))
        claim("input_dim and input_length describe the input:", tuple(layer._batch_input_shape) == (None, 5, 3))
    except (TypeError, ValueError) as error:
        print(type(error).__name__ + ":", str(error).splitlines()[0])
        claim("input_dim and input_length describe the input:", False)


def a14(claim):
    """An LSTM layer on one word is Y = X W, with W of (64, 128)."""
    layer = keras.layers.LSTM(128)
    word = random(1, 1, 64)
    (y,), (big,) = numbers(layer(word)), numbers(layer(1000 * word))
    print("shapes", word.shape[1:], "->", y.shape[1:], " as of a matrix (64, 128)")
    print("layer(x)      ", y[0, :4].round(4))
    print("1000 layer(x) ", (1000 * y)[0, :4].round(4))
    print("layer(1000 x) ", big[0, :4].round(4))
    # Generous to the claim: a product would be as large but for rounding.
    claim("Y = X W: of 1000 x the output is 1000 times as large:", bool(np.allclose(big, 1000 * y)))


def d1(claim):
    """Embedding makes (batch, length, output_dim) of (batch, length): row k of its matrix stands where k was."""
    layer = keras.layers.Embedding(input_dim=10, output_dim=4)
    indices = np.array([[3, 1, 4], [1, 5, 9]])
    (vectors,) = numbers(layer(indices))
    (matrix,) = layer.get_weights()
    claim(indices.shape, "->", vectors.shape, ":", vectors.shape == (2, 3, 4))
    claim("row k of the matrix", matrix.shape, "stands where k was:", bool((vectors == matrix[indices]).all()))


def d2(claim):
    """Embedding's input_length must fit: another length is refused."""
    try:
        layer = keras.layers.Embedding(10, 4, input_length=3)
        print("Embedding(10, 4, input_length=3) is accepted")
        model = keras.models.Sequential([layer])
        model.predict(np.array([[1, 2]]), verbose=0)
        print("a sequence of two is accepted as well")
        claim("input_length is checked:", False)
    except (TypeError, ValueError) as error:
        print(type(error).__name__ + ":", *[line.strip() for line in str(error).splitlines() if "xpected" in line][:1])
        claim("input_length is checked:", True)


def d3(claim, judge):
    """A matrix that is given by Constant with trainable=False stays as it is in training."""
    matrix = random(10, 4)
    embedding = keras.layers.Embedding(
        10, 4, embeddings_initializer=keras.initializers.Constant(matrix), trainable=False
    )
    lstm, dense = keras.layers.LSTM(5, return_sequences=True), keras.layers.Dense(1)
    model = keras.models.Sequential([keras.layers.Input((3,)), embedding, lstm, dense])
    before = [a.copy() for a in model.get_weights()]
    words = np.array([[3, 1, 4], [1, 5, 9]])
    model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
    model.fit(words, np.ones((2, 3, 1)), verbose=0)
    after = model.get_weights()
    print("moved by training:", [bool((a != b).any()) for a, b in zip(before, after)])
    stays = [bool((a == matrix).all()) for a in after if a.shape == (10, 4)]
    claim("the matrix is what it was:", stays == [True])
    assert all((a != b).any() for a, b in zip(before, after) if a.shape != (10, 4))
    (y,) = numbers(lstm(embedding(words)))
    judge("Embedding -> LSTM", "keras", [weights_of(lstm)], matrix[words], y)
    (end,) = numbers(dense(y))
    print("-> Dense:", end.shape)


def d4(claim, judge):
    """Two layers of two units on three steps: return_sequences and return_state choose between one, three and one,
    three arrays of (1, 2) or (1, 3, 2).
    """
    x = np.array([0.1, 0.2, 0.3], "float32").reshape(1, 3, 1)
    for sequences in (False, True):
        for state in (False, True):
            inputs = keras.layers.Input((3, 1))
            below = keras.layers.LSTM(2, return_sequences=True)
            above = keras.layers.LSTM(2, return_sequences=sequences, return_state=state)
            model = keras.models.Model(inputs, above(below(inputs)))
            parts = numbers(*model(x)) if state else numbers(model(x))
            shapes = [a.shape for a in parts]
            print(f"return_sequences={sequences!s:5} return_state={state!s:5}", *shapes)
            due = [(1, 3, 2) if sequences else (1, 2)] + [(1, 2)] * (2 if state else 0)
            claim("as told:", shapes == due)
            layers = [weights_of(below), weights_of(above)]
            judge("both layers", "keras", layers, x, parts[0], [None, tuple(parts[1:])] if state else ())
    print("predict returns them in a", type(model.predict(x, verbose=0)).__name__)


def d5(claim):
    """return_state=True returns the output, h and c; h is the output, or its last step."""
    for sequences in (False, True):
        layer = keras.layers.LSTM(4, return_sequences=sequences, return_state=True)
        output, h, c = numbers(*layer(random(2, 5, 3)))
        last = output[:, -1] if sequences else output
        claim(f"return_sequences={sequences}: output, h, c; h is the last output:", bool((last == h).all()))
        print("  c is not: c", c[0].round(3), " h", h[0].round(3))
        assert (c != h).any()


def d6(claim):
    """To stack LSTM layers, those below need return_sequences=True."""
    try:
        keras.models.Sequential([keras.layers.Input((5, 3)), keras.layers.LSTM(4), keras.layers.LSTM(4)])
        claim("without return_sequences below, a stack is refused:", False)
    except ValueError as error:
        print(str(error).splitlines()[0])
        claim("without return_sequences below, a stack is refused:", True)
    keras.models.Sequential(
        [keras.layers.Input((5, 3)), keras.layers.LSTM(4, return_sequences=True), keras.layers.LSTM(4)]
    )
    claim("with it, it is built:", True)


def d7(claim):
    """LSTM takes output_dim and inner_activation, and fit takes nb_epoch."""

    def accepted(function, **arguments):
        try:
            function(**arguments)
        except (TypeError, ValueError) as error:
            print(type(error).__name__ + ":", str(error).splitlines()[0])
            return False
        return True

    claim("LSTM accepts output_dim:", accepted(keras.layers.LSTM, output_dim=4))
    claim("LSTM accepts inner_activation:", accepted(keras.layers.LSTM, units=4, inner_activation="sigmoid"))
    model = keras.models.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    claim("fit accepts nb_epoch:", accepted(model.fit, x=random(4, 2), y=random(4, 1), nb_epoch=1, verbose=0))


def d8(judge):
    """activation='sigmoid' with recurrent_activation='hard_sigmoid' is allowed, and computes with these."""
    layer = keras.layers.LSTM(4, activation="sigmoid", recurrent_activation="hard_sigmoid", return_state=True)
    x = 4 * random(2, 6, 3)
    y, h, c = numbers(*layer(x))
    print("h", h[0].round(4))
    hard = "hard_sigmoid" if keras.__version__.startswith("3.") else "hard_sigmoid_0.2"  # see A9
    weights = [weights_of(layer)]
    judge("with both", "keras", weights, x, y, [(h, c)], activation="sigmoid", recurrent_activation=hard)


def e1(claim):
    """Output, cell state, hidden state and each gate have `units` elements."""
    layer = keras.layers.LSTM(7, return_state=True)
    output, h, c = numbers(*layer(random(2, 5, 3)))
    gate = layer.get_weights()[0].shape[1] // 4
    print("output", output.shape, " h", h.shape, " c", c.shape, " numbers of a gate:", gate)
    claim("all have `units` elements:", [output.shape, h.shape, c.shape, gate] == [(2, 7), (2, 7), (2, 7), 7])


def e2(claim):
    """The layer has N units; it is not one unit that runs N times."""
    layer = keras.layers.LSTM(7, return_sequences=True)
    for steps in (1, 5, 50):
        (y,) = numbers(layer(random(2, steps, 3)))
        claim(steps, "steps:", y.shape[1], "times 7 units:", y.shape == (2, steps, 7))
    print("weights:", [a.shape for a in layer.get_weights()])


def e3(judge):
    """units=N makes N independent copies of an LSTM with one unit."""
    N = 3
    layer = keras.layers.LSTM(units=N, return_sequences=True)
    x = random(4, 6, 2)
    (y,) = numbers(layer(x))
    kernel, recurrent_kernel, bias = layer.get_weights()

    def copies():  # N layers of one unit each, with the columns of the large layer that are theirs
        outputs = []
        for unit in range(N):
            one = keras.layers.LSTM(units=1, return_sequences=True)
            one.build(x.shape)
            one.set_weights([kernel[:, unit::N], recurrent_kernel[unit : unit + 1, unit::N], bias[unit::N]])
            outputs += numbers(one(x))
        return np.concatenate(outputs, axis=-1)

    print("one layer of 3 units:", y[0, -1].round(4))
    print("3 layers of one unit:", copies()[0, -1].round(4))
    judge("the copies as one layer", "keras", [weights_of(layer)], x, copies(), beyond=True)
    recurrent_kernel = recurrent_kernel * np.tile(np.eye(N, dtype="float32"), 4)  # four diagonal blocks
    layer.set_weights([kernel, recurrent_kernel, bias])
    (y,) = numbers(layer(x))
    print("with four diagonal recurrent blocks:")
    print("one layer of 3 units:", y[0, -1].round(4))
    print("3 layers of one unit:", copies()[0, -1].round(4))
    judge("the copies as one layer", "keras", [weights_of(layer)], x, copies())
    recurrent_kernel[0, 1] = 0.5
    layer.set_weights([kernel, recurrent_kernel, bias])
    print("with a single weight beside a single diagonal:")
    judge("the copies as one layer", "keras", [weights_of(layer)], x, copies(), beyond=True)


def e4(claim):
    """The input may be wider or narrower than `units`."""
    for width in (1, 3, 300):
        layer = keras.layers.LSTM(7)
        (y,) = numbers(layer(random(2, 5, width)))
        claim(
            "input",
            width,
            "wide, 7 units: output",
            y.shape,
            "kernel",
            layer.get_weights()[0].shape,
            ":",
            y.shape == (2, 7),
        )


def e5(claim):
    """To give input at the first step alone, it is enough to pad the other steps with zeros."""
    layer = keras.layers.LSTM(3, return_sequences=True)
    x = np.zeros((1, 5, 2), "float32")
    x[:, 0] = 1
    (y,) = numbers(layer(x))
    print("first step alone:", numbers(layer(x[:, :1]))[0][0, -1].round(4))
    for step in range(5):
        print("after", step, "zeros:   ", y[0, step].round(4))
    claim("zeros add nothing, the output stays:", bool((y[:, -1] == y[:, 0]).all()))


def e6(claim):
    """stateful=True carries the state from batch to batch, until it is reset."""
    layer = keras.layers.LSTM(4, stateful=True, return_state=True)
    layer.build((2, 3, 2))
    x = random(2, 3, 2)
    _, h1, c1 = numbers(*layer(x))
    second, _, _ = numbers(*layer(x))
    plain = keras.layers.LSTM(4, return_state=True)
    plain.build((2, 3, 2))
    plain.set_weights(layer.get_weights()[:3])
    following, _, _ = numbers(*plain(x, initial_state=tensors(h1, c1)))
    print("two calls on the same batch are equal:", bool((numbers(plain(x)[0])[0] == second).all()))
    claim("the second call begins where the first one ended:", bool((second == following).all()))
    layer.reset_states() if hasattr(layer, "reset_states") else layer.reset_state()
    again, _, _ = numbers(*layer(x))
    claim("after a reset it begins again:", bool((again == numbers(plain(x)[0])[0]).all()))


def e7(claim, judge):
    """The layer has the arguments go_backwards, unroll and implementation."""
    x = random(2, 5, 3)
    backwards = keras.layers.LSTM(4, go_backwards=True, return_sequences=True)
    (y,) = numbers(backwards(x))
    judge(
        "go_backwards reads the sequence from its end, and returns it so",
        "keras",
        [weights_of(backwards)],
        x[:, ::-1],
        y,
    )
    unrolled = keras.layers.LSTM(4, unroll=True, return_sequences=True)
    (y,) = numbers(unrolled(x))
    judge("unroll=True", "keras", [weights_of(unrolled)], x, y)
    layers = [keras.layers.LSTM(4, implementation=k) for k in (0, 1, 2)]
    kept = [layer.get_config().get("implementation", "not there") for layer in layers]
    print("implementation=0, 1, 2 is kept as", *kept)
    claim("all three arguments are accepted:", True)


def e8(claim):
    """return_sequences=True gives (batch, time, units), else (batch, units)."""
    shapes = {}
    for sequences in (True, False):
        (y,) = numbers(keras.layers.LSTM(7, return_sequences=sequences)(random(2, 5, 3)))
        shapes[sequences] = y.shape
        print(f"return_sequences={sequences}:", y.shape)
    claim("(batch, time, units), or (batch, units):", shapes == {True: (2, 5, 7), False: (2, 7)})


def k1(claim):
    """By default activation is tanh, recurrent_activation sigmoid, use_bias and unit_forget_bias are True, both
    dropouts are 0, and return_sequences, return_state, go_backwards, stateful and unroll are False.
    """
    config = keras.layers.LSTM(4).get_config()
    names = ["activation", "recurrent_activation", "use_bias", "unit_forget_bias", "dropout", "recurrent_dropout"]
    names += ["return_sequences", "return_state", "go_backwards", "stateful", "unroll"]
    for name in names:
        print(name, "=", config[name])
    due = ["tanh", "sigmoid", True, True, 0.0, 0.0, False, False, False, False, False]
    claim("as documented:", [config[name] for name in names] == due)


def k2(claim):
    """unit_forget_bias=True also forces bias_initializer to zeros."""
    layer = keras.layers.LSTM(2, bias_initializer="ones", unit_forget_bias=True)
    layer.build((2, 5, 3))
    bias = layer.get_weights()[2]
    print("i f c o:", *np.split(bias, 4))
    claim("bias_initializer is forced to zeros:", bias.tolist() == [0, 0, 1, 1, 0, 0, 0, 0])


def k3(claim):
    """The layer has 4 units (input_dim + units + 1) parameters."""
    for I, H in [(300, 128), (1, 1), (7, 20)]:
        layer = keras.layers.LSTM(H)
        layer.build((None, 5, I))
        claim(f"I={I} H={H}:", layer.count_params(), "= 4 H (I + H + 1):", layer.count_params() == 4 * H * (I + H + 1))
    layer = keras.layers.LSTM(20, use_bias=False)
    layer.build((None, 5, 7))
    claim("without a bias:", layer.count_params(), "= 4 H (I + H):", layer.count_params() == 4 * 20 * 27)


def k4(claim):
    """initial_state is [h, c], and zeros if it is left out."""
    layer = keras.layers.LSTM(4, return_state=True)
    x, h, c = random(2, 1, 3), random(2, 4), random(2, 4)
    layer.build((2, 1, 3))
    kernel, recurrent_kernel, bias = layer.get_weights()
    bias[0:4], bias[4:8] = -200, 200  # the input gate shut, the forget gate open: c stays
    layer.set_weights([kernel, recurrent_kernel, bias])
    _, _, kept = numbers(*layer(x, initial_state=tensors(h, c)))
    claim("initial_state=[h, c]: the second is the cell state:", bool((kept == c).all()))
    zeros = np.zeros((2, 4), "float32")
    left_out, given = numbers(layer(x)[0], layer(x, initial_state=tensors(zeros, zeros))[0])
    claim("left out, it is zeros:", bool((left_out == given).all()))


def l1(claim):
    """merge_mode is concat by default; sum, mul and ave combine the directions number by number, None returns both."""
    x = random(2, 5, 3)
    modes = {}
    layer = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True), merge_mode=None)
    forward, backward = numbers(*layer(x))
    for mode in ("concat", "sum", "mul", "ave"):
        other = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True), merge_mode=mode)
        other.build(x.shape)
        other.set_weights(layer.get_weights())
        (modes[mode],) = numbers(other(x))
        print(mode, modes[mode].shape)
    claim("concat:", bool((modes["concat"] == np.concatenate([forward, backward], -1)).all()))
    claim("sum:", bool((modes["sum"] == forward + backward).all()))
    claim("mul:", bool((modes["mul"] == forward * backward).all()))
    claim("ave:", bool((modes["ave"] == (forward + backward) / 2).all()))
    default = keras.layers.Bidirectional(keras.layers.LSTM(4)).merge_mode
    claim("the default is concat:", default == "concat")


def l2(claim, judge):
    """The backward layer is made from the given one, and reads from the end; its outputs stand in the order of the
    input.
    """
    layer = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True), merge_mode=None)
    x = random(2, 5, 3)
    forward, backward = numbers(*layer(x))
    print("go_backwards of the copy:", layer.backward_layer.go_backwards)
    claim("the backward layer is a copy that reads from the end:", layer.backward_layer.go_backwards is True)
    judge("forward", "keras", [weights_of(layer.forward_layer)], x, forward)
    names = weights_of(layer.backward_layer)
    judge("backward, in the order of its input", "keras", [names], x[:, ::-1], backward[:, ::-1])
    try:
        other = keras.layers.Bidirectional(keras.layers.LSTM(4, go_backwards=True))
        print("go_backwards of the copy of one that goes backwards:", other.backward_layer.go_backwards)
    except ValueError as error:
        print("one that goes backwards itself:", type(error).__name__)


def l3(claim):
    """Without return_sequences, Bidirectional returns the last output of each direction."""
    layer = keras.layers.Bidirectional(keras.layers.LSTM(4))
    both = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
    x = random(2, 5, 3)
    both.build(x.shape)
    (every,) = numbers(both(x))
    layer.build(x.shape)
    layer.set_weights(both.get_weights())
    (last,) = numbers(layer(x))
    claim("forward half: the output of the last step:", bool((last[:, :4] == every[:, -1, :4]).all()))
    claim("backward half: that of the first step:", bool((last[:, 4:] == every[:, 0, 4:]).all()))
    print("every[:, -1] is what return_sequences=False gives:", bool((last == every[:, -1]).all()))
    assert (last != every[:, -1]).any()


def n1(claim, judge):
    """RNN(LSTMCell(units)) computes what LSTM(units) does, and returns output, h, c with return_state."""
    rnn = keras.layers.RNN(keras.layers.LSTMCell(4), return_sequences=True, return_state=True)
    x = random(2, 5, 3)
    y, h, c = numbers(*rnn(x))
    claim("output, h, c:", [y.shape, h.shape, c.shape] == [(2, 5, 4), (2, 4), (2, 4)])
    judge(
        "RNN(LSTMCell(4))",
        "keras",
        [dict(zip(["kernel", "recurrent_kernel", "bias"], rnn.get_weights()))],
        x,
        y,
        [(h, c)],
    )
    sizes = list(keras.layers.LSTMCell(4).state_size)
    claim("state_size of the cell", sizes, "is [units, units]:", sizes == [4, 4])


def n2(claim, judge):
    """A list of cells is a stack, whose output is that of the last cell."""
    cells = [keras.layers.LSTMCell(4), keras.layers.LSTMCell(5)]
    rnn = keras.layers.RNN(cells, return_sequences=True)
    x = random(2, 6, 3)
    (y,) = numbers(rnn(x))
    names, weights = ["kernel", "recurrent_kernel", "bias"], rnn.get_weights()
    claim("a list of cells is a stack:", y.shape == (2, 6, 5))
    judge("the stack", "keras", [dict(zip(names, weights[:3])), dict(zip(names, weights[3:]))], x, y)


def m1(claim):
    """Masking leaves a step out where all its features equal mask_value, which is 0 by default."""
    x = random(1, 4, 2)
    x[:, 1] = -1.0  # every feature is the mask value
    x[:, 2, 0] = -1.0  # only one is
    mask = keras.layers.Masking(mask_value=-1.0).compute_mask(x)
    (seen,) = numbers(mask)
    print(seen[0])
    claim("a step is left out where all its features are the value:", seen[0].tolist() == [True, False, True, True])
    default = keras.layers.Masking().mask_value
    claim("which is 0 by default:", default == 0)


def m2(claim, judge):
    """A step that is left out is skipped by the LSTM above."""
    x = random(2, 5, 3)
    x[:, 2] = 0
    lstm = keras.layers.LSTM(4, return_sequences=True)
    (y,) = numbers(lstm(keras.layers.Masking()(x)))
    print("outputs around the step that is left out:")
    print(y[0, 1:4].round(4))
    claim("its output is the one before:", bool((y[:, 2] == y[:, 1]).all()))
    judge("all others, as if it were not there", "keras", [weights_of(lstm)], np.delete(x, 2, 1), np.delete(y, 2, 1))


def m3(claim):
    """With mask_zero=True index 0 is padding; without it there is no mask."""
    layer = keras.layers.Embedding(10, 4, mask_zero=True)
    (mask,) = numbers(layer.compute_mask(np.array([[3, 0, 4, 0]])))
    claim("index 0 is padding:", mask[0].tolist() == [True, False, True, False])
    claim("without mask_zero there is no mask:", keras.layers.Embedding(10, 4).compute_mask(np.array([[3, 0]])) is None)


def m4(claim):
    """The matrix of Embedding is drawn uniformly between -0.05 and 0.05."""
    layer = keras.layers.Embedding(1000, 50)
    layer.build((None, 3))
    values = np.sort(layer.get_weights()[0].astype("float64").ravel())
    print("from", values[0].round(5), "to", values[-1].round(5))
    claim("within -0.05 and 0.05:", bool((abs(values) <= np.float32(0.05)).all()))
    # Dvoretzky, Kiefer and Wolfowitz: of a uniform distribution this fails with a probability of 1e-9.
    allowed = np.sqrt(np.log(2 / 1e-9) / (2 * values.size))
    uniform = (values + 0.05) / 0.1
    distance = max(abs(uniform - (np.arange(values.size) + end) / values.size).max() for end in (0, 1))
    claim(
        "distance to the uniform distribution",
        distance.round(5),
        "below",
        allowed.round(5),
        ":",
        bool(distance < allowed),
    )


def n4(claim, judge):
    """dropout and recurrent_dropout act in training alone."""
    layer = keras.layers.LSTM(4, dropout=0.5, recurrent_dropout=0.5)
    x = random(2, 5, 3)
    (y,) = numbers(layer(x, training=False))
    judge("in inference dropout changes nothing", "keras", [weights_of(layer)], x, y)
    one, two = numbers(layer(x, training=True), layer(x, training=True))
    claim("two calls in training differ:", bool((one != two).any()))


def n3(claim):
    """zero_output_for_mask=True puts out zeros where the mask leaves a step out."""
    x = random(2, 5, 3)
    mask = np.array([[True, True, False, True, False]] * 2)
    zeros = keras.layers.RNN(keras.layers.LSTMCell(4), return_sequences=True, zero_output_for_mask=True)
    (y,) = numbers(zeros(x, mask=mask))
    print(y[0, :, 0].round(4))
    claim("zeros where the mask leaves a step out:", bool((y[~mask] == 0).all()) and bool((y[mask] != 0).all()))


def n5(claim):
    """A stateful layer refuses a batch of another number of rows."""
    layer = keras.layers.LSTM(4, stateful=True)
    layer(random(2, 3, 2))
    try:
        layer(random(5, 3, 2))
        claim("a stateful layer of two rows refuses five:", False)
    except Exception as error:
        print(type(error).__name__)
        claim("a stateful layer of two rows refuses five:", True)
    try:
        layer(random(1, 3, 2))
        claim("and one, which could be repeated:", False)
    except Exception as error:
        print(type(error).__name__)
        claim("and one, which could be repeated:", True)


def k5(claim, judge):
    """use_cudnn='auto' takes cuDNN where it can, and another implementation where it cannot."""
    x = random(2, 5, 3)
    claim("'auto' is the default:", keras.layers.LSTM(4).use_cudnn == "auto")
    for options in ({}, {"activation": "sigmoid"}, {"unroll": True}, {"use_bias": False}):
        layer = keras.layers.LSTM(4, return_sequences=True, use_cudnn="auto", **options)
        (y,) = numbers(layer(x))
        weights = {"bias": np.zeros(16, "float32"), **weights_of(layer)}
        activation = options.get("activation", "tanh")
        judge(f"'auto' with {options}", "keras", [weights], x, y, activation=activation)
        if options:
            try:
                keras.layers.LSTM(4, use_cudnn=True, **options)(x)
                claim(f"True refuses {options}:", False)
            except ValueError as error:
                claim(f"True refuses {options}:", "cuDNN" in str(error))


def m5(claim, beyond):
    """A step is left out where all its features equal mask_value, whichever value that is."""
    for value in (0.0, -1.0, 99.0, np.nan):
        x = random(2, 4, 3)
        x[:, 1] = value
        seen, y = numbers(
            keras.layers.Masking(mask_value=value).compute_mask(x),
            keras.layers.LSTM(5)(keras.layers.Masking(mask_value=value)(x)),
        )
        left_out = seen[0].tolist() == [True, False, True, True]
        if np.isnan(value):
            beyond("mask_value", value, "leaves step 1 out:", left_out)
            print("outputs that are NaN:", int(np.isnan(y).sum()), "of", y.size)
            assert np.isnan(y).all()
        else:
            claim("mask_value", value, "leaves step 1 out:", left_out)
            assert not np.isnan(y).any()


def v1(claim):
    """keras.utils.set_random_seed makes almost every program deterministic."""

    def trained(number):  # its weights, and an output under dropout
        keras.utils.set_random_seed(number)
        layer = keras.layers.LSTM(4, dropout=0.5)
        (y,) = numbers(layer(np.ones((2, 5, 3), "float32"), training=True))
        return np.concatenate([w.ravel() for w in layer.get_weights()]), y

    (weights, output), (again, same), (others, other) = trained(1), trained(1), trained(2)
    claim("one seed gives the same weights twice:", bool((weights == again).all()))
    claim("and dropout drops the same:", bool((output == same).all()))
    print("another seed gives the same:", bool((weights == others).all()))
    assert (weights != others).any()
    assert (output != other).any()


def v2(claim):
    """Under mixed_float16 a layer computes in float16 and keeps its weights in float32."""
    layer = keras.layers.LSTM(4, dtype="mixed_float16")
    (y,) = numbers(layer(random(2, 5, 3)))
    kept = {str(w.dtype) for w in layer.get_weights()}
    print("what comes out is", y.dtype, "- the weights are", *kept)
    claim("float16 comes out:", y.dtype == np.float16)
    claim("weights are kept in float32:", kept == {"float32"})
    claim("and the layer says both:", [layer.compute_dtype, layer.variable_dtype] == ["float16", "float32"])


def v3(claim, beyond):
    """keras.config.set_floatx sets the default float dtype."""
    keras.utils.clear_session()
    keras.config.set_floatx("float64")
    first = keras.layers.LSTM(4).compute_dtype
    keras.config.set_floatx("float32")
    second = keras.layers.LSTM(4).compute_dtype
    print("after set_floatx('float64'):", first, "- after set_floatx('float32'):", second)
    claim("the first layer has it:", first == "float64")
    beyond("so has one that is made after another call:", second == "float32")
    keras.config.set_dtype_policy("float32")
    claim("set_dtype_policy counts whenever it is called:", keras.layers.LSTM(4).compute_dtype == "float32")
