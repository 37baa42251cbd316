"""What is said of the LSTMs of TensorFlow 1: in TensorFlow 1.15, and in `tf.compat.v1` of later versions."""

import os
import warnings

import numpy as np

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # else later versions do not have these cells

import tensorflow.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.ERROR)
warnings.simplefilter("ignore")
tf.enable_eager_execution()  # with which later versions begin; a graph that is opened stays one


def seed(number):
    np.random.seed(number)
    tf.set_random_seed(number)


def random(*shape):
    return np.random.standard_normal(shape).astype("float32")


def evaluated(graph, *tensors):
    with tf.Session(graph=graph) as session:
        session.run(tf.global_variables_initializer())
        return session.run(tensors)


def c1(claim):
    """dynamic_rnn returns outputs of (batch, time, hidden), and a state of c and h, both (batch, hidden)."""
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.BasicLSTMCell(20)
        outputs, state = tf.nn.dynamic_rnn(cell, random(3, 5, 10), dtype=tf.float32)
        y, last = evaluated(graph, outputs, state)
    print("outputs", y.shape, " fields of the state", last._fields, " c", last.c.shape, " h", last.h.shape)
    claim(
        "(batch, time, hidden), and c, h of (batch, hidden):",
        [y.shape, last.c.shape, last.h.shape] == [(3, 5, 20), (3, 20), (3, 20)],
    )
    claim("c comes first:", last._fields == ("c", "h"))


def c2(claim, beyond):
    """The state has the shape (2, batch, hidden)."""
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.BasicLSTMCell(20)
        _, state = tf.nn.dynamic_rnn(cell, random(3, 5, 10), dtype=tf.float32)
        (last,) = evaluated(graph, state)
    print("what is returned:", type(last).__name__)
    claim("stacked,", np.stack(last).shape, "is (2, batch, hidden):", np.stack(last).shape == (2, 3, 20))
    with tf.Graph().as_default() as graph:
        cells = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(20) for _ in range(3)])
        _, state = tf.nn.dynamic_rnn(cells, random(3, 5, 10), dtype=tf.float32)
        (last,) = evaluated(graph, state)
    beyond("of three layers", np.stack(last).shape, "is (2, batch, hidden):", np.stack(last).shape == (2, 3, 20))


def c3(claim, beyond):
    """states[1] equals outputs[:, -1, :], and both are h."""
    x = random(3, 5, 10)
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.BasicLSTMCell(20)
        outputs, states = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        y, last = evaluated(graph, outputs, states)
    claim(
        "states[1] equals outputs[:, -1, :] and h:", bool((last[1] == y[:, -1, :]).all() and (last[1] == last.h).all())
    )
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.BasicLSTMCell(20)
        outputs, states = tf.nn.dynamic_rnn(cell, x, sequence_length=[5, 3, 2], dtype=tf.float32)
        y, last = evaluated(graph, outputs, states)
    beyond("with sequence_length=[5, 3, 2]:", bool((last[1] == y[:, -1, :]).all()))
    print("   outputs[2, -1]", y[2, -1, :3], "  states[1][2]", last[1][2, :3].round(4))
    at_the_end = y[np.arange(3), [4, 2, 1]]
    print("but outputs[row, length - 1] of every row:", bool((last[1] == at_the_end).all()))
    assert (last[1] == at_the_end).all()


def c4(claim, judge):
    """A MultiRNNCell of 100, 200 and 300 units, called on (10, 128), gives (10, 300), and states of (10, 100), (10,
    200) and (10, 300), twice each.
    """
    x = random(10, 128)
    with tf.Graph().as_default() as graph:
        cells = [tf.nn.rnn_cell.LSTMCell(size) for size in (100, 200, 300)]
        stack = tf.nn.rnn_cell.MultiRNNCell(cells)
        output, state = stack(x, stack.zero_state(10, tf.float32))
        y, last, *weights = evaluated(graph, output, state, *stack.variables)
    print("output", y.shape, " states", [(c.shape, h.shape) for c, h in last])
    due = [((10, size), (10, size)) for size in (100, 200, 300)]
    claim(
        "output (10, 300), and c, h of 100, 200, 300:",
        y.shape == (10, 300) and [(c.shape, h.shape) for c, h in last] == due,
    )
    layers = [{"kernel": weights[k], "bias": weights[k + 1]} for k in (0, 2, 4)]
    judge("all three layers", "tf1", layers, x[:, None], y[:, None], [(h, c) for c, h in last], forget_bias=1.0)


def c5(claim):
    """The initial state of a MultiRNNCell is a pair (c, h) for each layer, each of the layer's own size."""
    with tf.Graph().as_default():
        stack = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(size) for size in (100, 200, 300)])
        state = stack.zero_state(10, tf.float32)
        sizes = [(c.shape.as_list(), h.shape.as_list()) for c, h in state]
    print(sizes)
    claim("a pair for each layer, each of its size:", sizes == [([10, size], [10, size]) for size in (100, 200, 300)])


def c6(claim, beyond):
    """In a stack, state[-1][1] equals outputs[:, -1, :]."""
    x = random(3, 5, 10)
    for lengths in (None, [5, 3, 2]):
        with tf.Graph().as_default() as graph:
            stack = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(20) for _ in range(3)])
            outputs, state = tf.nn.dynamic_rnn(stack, x, sequence_length=lengths, dtype=tf.float32)
            y, last = evaluated(graph, outputs, state)
        told = beyond if lengths else claim
        told(
            f"sequence_length={lengths}: state[-1][1] equals outputs[:, -1, :]:",
            bool((last[-1][1] == y[:, -1]).all()),
        )


def c7(claim, beyond):
    """The states of several layers have the shape (n_layer, 2, batch, hidden)."""
    for sizes in ([20, 20, 20], [10, 20, 30]):
        with tf.Graph().as_default() as graph:
            stack = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(size) for size in sizes])
            _, state = tf.nn.dynamic_rnn(stack, random(4, 5, 10), dtype=tf.float32)
            (last,) = evaluated(graph, state)
        shapes = [[a.shape for a in pair] for pair in last]
        told = claim if sizes[0] == 20 else beyond
        told(f"layers of {sizes}:", shapes, "are (3, 2, batch, hidden):", shapes == [[(4, 20)] * 2] * 3)


def c8(claim, judge):
    """forget_bias=1.0 is added to the forget gate."""
    x = random(3, 5, 10)
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.BasicLSTMCell(4, forget_bias=1.0)
        outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        y, last, kernel, bias = evaluated(graph, outputs, state, *cell.variables)
    print("the variable:", bias)
    claim("it is not in the variable:", not bias.any())
    weights = [{"kernel": kernel, "bias": bias}]
    judge("1 is added to the forget gate", "tf1", weights, x, y, [(last.h, last.c)], forget_bias=1.0)


def c9(claim):
    """There are state_is_tuple, and time_major for inputs and outputs of (time, batch, …)."""
    x = random(3, 5, 10)
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.LSTMCell(20)
        outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        joined = tf.nn.rnn_cell.LSTMCell(20, state_is_tuple=False)
        time_major = tf.constant(x.swapaxes(0, 1))
        others, one = tf.nn.dynamic_rnn(joined, time_major, time_major=True, dtype=tf.float32, scope="joined")
        y, last, z, side_by_side = evaluated(graph, outputs, state, others, one)
    print("by default     ", y.shape, "and a pair of", last.c.shape)
    print("time_major=True", z.shape, "and, with state_is_tuple=False, one array of", side_by_side.shape)
    claim("time is the second axis, or the first:", [y.shape, z.shape] == [(3, 5, 20), (5, 3, 20)])
    claim("the state is a pair, or c and h side by side:", last.c.shape == (3, 20) and side_by_side.shape == (3, 40))
    claim("c comes first: the right half is the last output:", bool((side_by_side[:, 20:] == z[-1]).all()))


def c10(claim, judge):
    """A cell that is called once computes what dynamic_rnn does over one step."""
    x = random(3, 10)
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.BasicLSTMCell(20)
        once, after = cell(x, cell.zero_state(3, tf.float32))
        outputs, state = tf.nn.dynamic_rnn(cell, x[:, None], dtype=tf.float32)
        y, last, z, states, kernel, bias = evaluated(graph, once, after, outputs, state, *cell.variables)
    print("cell", y.shape, " dynamic_rnn", z.shape)
    weights = [{"kernel": kernel, "bias": bias}]
    claim("one variable each for both:", len(cell.variables) == 2)
    judge("the cell", "tf1", weights, x[:, None], y[:, None], [(last.h, last.c)], forget_bias=1.0)
    judge("dynamic_rnn", "tf1", weights, x[:, None], z, [(states.h, states.c)], forget_bias=1.0)


def r1(claim):
    """forget_bias is 1.0 by default."""
    cells = [tf.nn.rnn_cell.BasicLSTMCell(4), tf.nn.rnn_cell.LSTMCell(4)]
    biases = [cell._forget_bias for cell in cells]
    claim("forget_bias of BasicLSTMCell and LSTMCell:", *biases, ":", biases == [1.0, 1.0])


def r2(claim):
    """A cell has one kernel, (input_size + units, 4 units), and one bias, (4 units)."""
    with tf.Graph().as_default():
        cell = tf.nn.rnn_cell.LSTMCell(20)
        cell.build(tf.TensorShape([None, 10]))
        shapes = [tuple(v.shape.as_list()) for v in cell.variables]
    print("kernel, bias:", shapes)
    claim("one kernel (I + H, 4H), one bias (4H):", shapes == [(30, 80), (80,)])


def r3(claim):
    """The columns of the kernel are those of i, j, f and o, where j is the new input."""
    H = 3
    x, c_0, h_0 = random(2, 4), random(2, H), random(2, H)

    def last_states(**biases):
        with tf.Graph().as_default() as graph:
            cell = tf.nn.rnn_cell.LSTMCell(H, forget_bias=0.0)
            cell.build(tf.TensorShape([None, 4]))
            bias = np.zeros(4 * H, "float32")
            for gate, value in biases.items():
                block = "ijfo".index(gate)
                bias[block * H : (block + 1) * H] = value
            _, state = cell(x, tf.nn.rnn_cell.LSTMStateTuple(c_0, h_0))
            with tf.Session(graph=graph) as session:
                session.run(tf.global_variables_initializer())
                cell.variables[1].load(bias, session)
                return session.run(state)

    c, _ = last_states(i=-200, f=200)  # nothing comes in, nothing is forgotten
    claim("the first block closes the input, the third keeps the cell state:", bool((c == c_0).all()))
    c, _ = last_states(i=200, f=-200, j=200)  # all is forgotten, tanh(200) = 1 comes in
    claim("the second is what comes in:", bool((c == 1).all()))
    _, h = last_states(o=-200)
    claim("the fourth closes the output:", bool((h == 0).all()))


def r4(claim, judge):
    """With sequence_length, outputs behind the length of a row are zeros, and the state is that at the length."""
    x = random(3, 5, 10)
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.LSTMCell(4)
        outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=[5, 3, 2], dtype=tf.float32)
        y, last, kernel, bias = evaluated(graph, outputs, state, *cell.variables)
    print("row 2, of length 2:", y[2, :, 0].round(4))
    claim("outputs after the length are zeros:", not y[1, 3:].any() and not y[2, 2:].any())
    weights, states = [{"kernel": kernel, "bias": bias}], [(last.h[2:], last.c[2:])]
    judge("the state is that at the length", "tf1", weights, x[2:, :2], y[2:, :2], states, forget_bias=1.0)


def r5(claim):
    """dynamic_rnn needs initial_state or dtype."""
    with tf.Graph().as_default():
        cell = tf.nn.rnn_cell.LSTMCell(4)
        try:
            tf.nn.dynamic_rnn(cell, random(3, 5, 10))
            claim("without dtype and initial_state it is refused:", False)
        except ValueError as error:
            print(error)
            claim("without dtype and initial_state it is refused:", True)


def r6(claim):
    """use_peepholes adds diagonal connections; num_proj makes outputs and h narrower and leaves c as it is."""
    x = random(3, 5, 10)
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True, num_proj=2)
        outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        y, last = evaluated(graph, outputs, state)
        names = {v.name.split("lstm_cell/")[-1].split(":")[0]: tuple(v.shape.as_list()) for v in cell.variables}
    print(names)
    claim(
        "outputs and h are num_proj wide, c is num_units wide:",
        [y.shape[-1], last.h.shape[-1], last.c.shape[-1]] == [2, 2, 4],
    )
    peepholes = [names.get(name) for name in ("w_i_diag", "w_f_diag", "w_o_diag")]
    claim("diagonal peepholes for i, f and o:", peepholes == [(4,)] * 3)


def r7(claim):
    """zero_state is zeros, and the state is that if none is given."""
    x = random(3, 5, 10)
    with tf.Graph().as_default() as graph:
        cell = tf.nn.rnn_cell.LSTMCell(4)
        zeros = cell.zero_state(3, tf.float32)
        left_out, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        given, _ = tf.nn.dynamic_rnn(cell, x, initial_state=zeros)
        y, z, (c, h) = evaluated(graph, left_out, given, zeros)
    claim("zero_state is zeros:", not c.any() and not h.any())
    claim("a state that is left out is that:", bool((y == z).all()))


def r8(claim):
    """output_size of a MultiRNNCell is that of its last cell; state_size is a tuple with one entry for each cell."""
    stack = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(size) for size in (100, 200, 300)])
    print("output_size", stack.output_size, " state_size", *stack.state_size)
    claim("output_size is that of the last cell:", stack.output_size == 300)
    sizes = [(size.c, size.h) for size in stack.state_size]
    claim("state_size has a pair for every cell:", sizes == [(100, 100), (200, 200), (300, 300)])


def a8(claim):
    """recurrent_activation is hard_sigmoid, unless another is named."""
    layer = tf.keras.layers.LSTM(4)
    print("recurrent_activation:", layer.recurrent_activation.__name__)
    claim("hard_sigmoid is the default:", layer.recurrent_activation.__name__ == "hard_sigmoid")
