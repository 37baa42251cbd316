"""What is said of PyTorch's LSTM, each sentence followed by the code that settles it."""

import warnings

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def seed(number):
    torch.manual_seed(number)


def b1(judge):
    """c_t = f ⊙ c_{t-1} + i ⊙ g, and h_t = o ⊙ tanh(c_t)."""
    lstm = torch.nn.LSTM(input_size=3, hidden_size=4)
    x = torch.randn(6, 2, 3)
    with torch.no_grad():
        y, (h, c) = lstm(x)
    print("c after the last step, row 0:", c[0, 0].numpy().round(4))
    judge(
        "the equations",
        "torch",
        [{name: p.detach().numpy() for name, p in lstm.named_parameters()}],
        x.numpy(),
        y.numpy(),
        [(h[0].numpy(), c[0].numpy())],
        time_major=True,
    )


def b2(claim, beyond):
    """The weights have input_size + hidden_size columns."""
    lstm = torch.nn.LSTM(input_size=10, hidden_size=20, num_layers=2)
    columns = [lstm.weight_ih_l0.shape[1], lstm.weight_hh_l0.shape[1]]
    claim("layer 0 has", columns, "columns, which are 10 + 20:", columns == [10, 20])
    columns = [lstm.weight_ih_l1.shape[1], lstm.weight_hh_l1.shape[1]]
    beyond("layer 1 has", columns, "columns, which are 10 + 20:", columns == [10, 20])
    lstm = torch.nn.LSTM(input_size=10, hidden_size=20, num_layers=2, bidirectional=True)
    columns = [lstm.weight_ih_l1.shape[1], lstm.weight_hh_l1.shape[1]]
    beyond("layer 1 in two directions has", columns, "which are 10 + 20:", columns == [10, 20])
    lstm = torch.nn.LSTM(input_size=10, hidden_size=20, proj_size=7)
    columns = [lstm.weight_ih_l0.shape[1], lstm.weight_hh_l0.shape[1]]
    beyond("layer 0 with proj_size=7 has", columns, "which are 10 + 20:", columns == [10, 20])


def b3(claim, judge):
    """The input is (seq_len, batch, input_size); with batch_first=True the batch comes first."""
    lstm = torch.nn.LSTM(input_size=10, hidden_size=20)
    rows_first = torch.nn.LSTM(input_size=10, hidden_size=20, batch_first=True)
    rows_first.load_state_dict(lstm.state_dict())
    x = torch.randn(5, 3, 10)  # (seq_len, batch, input_size)
    y, (h, c) = lstm(x)
    z, (h_rows_first, c_rows_first) = rows_first(x.transpose(0, 1))
    print("batch_first=False:", tuple(x.shape), "->", tuple(y.shape))
    print("batch_first=True: ", (3, 5, 10), "->", tuple(z.shape))
    claim("the first two axes are exchanged:", [y.shape, z.shape] == [(5, 3, 20), (3, 5, 20)])
    claim("states are", tuple(h.shape), "in both:", h.shape == h_rows_first.shape == c_rows_first.shape == (1, 3, 20))
    weights = {name: p.detach().numpy() for name, p in lstm.named_parameters()}
    rows, states = x.transpose(0, 1).numpy(), [(a[0].detach().numpy() for a in (h_rows_first, c_rows_first))]
    judge("batch_first=False", "torch", [weights], x.numpy(), y.detach().numpy(), time_major=True)
    judge("batch_first=True", "torch", [weights], rows, z.detach().numpy(), states)


def b4(claim, beyond):
    """h_0, c_0, h_n and c_n are (num_layers x num_directions, batch, hidden_size)."""
    lstm = torch.nn.LSTM(input_size=10, hidden_size=20, num_layers=2, bidirectional=True)
    _, (h, c) = lstm(torch.randn(5, 3, 10), (torch.zeros(4, 3, 20), torch.zeros(4, 3, 20)))
    claim("h_n", tuple(h.shape), "is (2 layers x 2 directions, 3, 20):", h.shape == (4, 3, 20))
    claim("c_n", tuple(c.shape), "is (2 layers x 2 directions, 3, 20):", c.shape == (4, 3, 20))
    lstm = torch.nn.LSTM(input_size=10, hidden_size=20, num_layers=2, bidirectional=True, proj_size=7)
    _, (h, c) = lstm(torch.randn(5, 3, 10))
    beyond("with proj_size=7, h_n", tuple(h.shape), "is (4, 3, 20):", h.shape == (4, 3, 20))
    print("its c_n still is", tuple(c.shape))
    assert c.shape == (4, 3, 20)


def b5(claim):
    """output is (seq_len, batch, hidden_size x num_directions), and is that of the last layer."""
    lstm = torch.nn.LSTM(input_size=10, hidden_size=20, num_layers=2, bidirectional=True)
    output, (h, _) = lstm(torch.randn(5, 3, 10))
    claim("output", tuple(output.shape), "is (5, 3, 20 x 2 directions):", output.shape == (5, 3, 40))
    forward, backward = output[-1, :, :20], output[0, :, 20:]
    print("h_n[0], of layer 0, is in it:", torch.equal(h[0], forward))
    claim("it is that of the last layer:", torch.equal(h[2], forward) and torch.equal(h[3], backward))
    assert not torch.equal(h[0], forward)


def b6(claim):
    """The shapes of h_n and c_n do not depend on seq_len."""
    lstm = torch.nn.LSTM(input_size=10, hidden_size=20, num_layers=2)
    shapes = set()
    for steps in (1, 5, 50):
        _, (h, c) = lstm(torch.randn(steps, 3, 10))
        print(steps, "steps: h_n", tuple(h.shape), "c_n", tuple(c.shape))
        shapes |= {h.shape, c.shape}
    claim("one shape for all:", shapes == {(2, 3, 20)})


def b7(claim, beyond):
    """Is h_n the last output? In one direction h_n[-1] equals output[-1]."""
    x = torch.randn(5, 3, 10)
    for layers in (1, 3):
        lstm = torch.nn.LSTM(input_size=10, hidden_size=20, num_layers=layers)
        output, (h_n, c_n) = lstm(x)
        claim(layers, "layer(s): h_n[-1] equals output[-1]:", torch.equal(h_n[-1], output[-1]))
    packed = pack_padded_sequence(x, lengths=[5, 3, 2])
    output, (h_n, c_n) = lstm(packed)
    output, lengths = pad_packed_sequence(output)
    beyond("rows of lengths 5, 3, 2: h_n[-1] equals output[-1]:", torch.equal(h_n[-1], output[-1]))
    last = output[lengths - 1, torch.arange(3)]
    print("but output[length - 1] of every row:", torch.equal(h_n[-1], last))
    assert torch.equal(h_n[-1], last)


def b8(claim):
    """Is h_n the last output in two directions? h_n[-2] is output[-1, :, :H], and h_n[-1] is output[0, :, H:]."""
    H = 20
    lstm = torch.nn.LSTM(input_size=10, hidden_size=H, bidirectional=True)
    output, (h_n, c_n) = lstm(torch.randn(5, 3, 10))
    claim("output[-1, :, :H] equals h_n[-2]:", torch.equal(output[-1, :, :H], h_n[-2]))
    claim("output[0, :, H:] equals h_n[-1]:", torch.equal(output[0, :, H:], h_n[-1]))
    print("output[-1, :, H:] equals h_n[-1]:", torch.equal(output[-1, :, H:], h_n[-1]))
    print("   output[-1, 0, H]", round(output[-1, 0, H].item(), 4), "  h_n[-1, 0, 0]", round(h_n[-1, 0, 0].item(), 4))
    assert not torch.equal(output[-1, :, H:], h_n[-1])
    output, (h_n, c_n) = lstm(torch.randn(1, 3, 10))
    print("with a single step:", torch.equal(output[-1, :, H:], h_n[-1]))
    assert torch.equal(output[-1, :, H:], h_n[-1])


def b9(claim, judge):
    """LSTM(10, 20, 2) on an input of (5, 3, 10) gives (5, 3, 20), (2, 3, 20) and (2, 3, 20)."""
    lstm = torch.nn.LSTM(10, 20, 2)
    x = torch.randn(5, 3, 10)
    with torch.no_grad():
        output, (hn, cn) = lstm(x)
    print(tuple(output.shape), tuple(hn.shape), tuple(cn.shape))
    claim("as the text says:", [output.shape, hn.shape, cn.shape] == [(5, 3, 20), (2, 3, 20), (2, 3, 20)])
    weights = {name: p.detach().numpy() for name, p in lstm.named_parameters()}
    judge(
        "both layers",
        "torch",
        [{name.replace("l1", "l0"): a for name, a in weights.items() if name.endswith(k)} for k in ("l0", "l1")],
        x.numpy(),
        output.numpy(),
        [(hn[k].numpy(), cn[k].numpy()) for k in (0, 1)],
        time_major=True,
    )


def b10(claim):
    """Of LSTM(10, 20, 2), weight_ih_l0 is (80, 10), weight_ih_l1 (80, 20), weight_hh_l0 and _l1 (80, 20), and all
    biases are (80).
    """
    lstm = torch.nn.LSTM(10, 20, 2)
    shapes = {name: tuple(p.shape) for name, p in lstm.named_parameters()}
    for name, shape in shapes.items():
        print(name, shape)
    weights = {"weight_ih_l0": (80, 10), "weight_ih_l1": (80, 20), "weight_hh_l0": (80, 20), "weight_hh_l1": (80, 20)}
    biases = dict.fromkeys(["bias_ih_l0", "bias_hh_l0", "bias_ih_l1", "bias_hh_l1"], (80,))
    claim("these and no others, 80 = 4 x 20:", shapes == {**weights, **biases})


def b11(claim):
    """weight_ih_l1 and those above are (4H, num_directions x H)."""
    for bidirectional in (False, True):
        lstm = torch.nn.LSTM(10, 20, 3, bidirectional=bidirectional)
        shapes = [tuple(lstm.weight_ih_l1.shape), tuple(lstm.weight_ih_l2.shape)]
        directions = 2 if bidirectional else 1
        claim(directions, "direction(s):", shapes, "are (4H, directions x H):", shapes == [(80, directions * 20)] * 2)


def b12(claim):
    """output[-1:].equal(h_n[-1:]) is True."""
    lstm = torch.nn.LSTM(10, 20)
    output, (h_n, c_n) = lstm(torch.randn(5, 3, 10))
    claim("output[-1:].equal(h_n[-1:]):", output[-1:].equal(h_n[-1:]))


def b13(claim, judge):
    """dropout acts behind every layer but the last; with a single layer it does nothing."""
    lstm = torch.nn.LSTM(4, 5, num_layers=2, dropout=1.0)  # a layer that is built is in training mode
    with torch.no_grad():
        output, (h, c) = lstm(torch.randn(6, 2, 4))
    print("dropout=1: every output of layer 0 is dropped, layer 1 reads zeros and puts out", output[-1, 0, 0].item())
    claim("outputs of the last layer are not dropped:", bool((output != 0).all()))
    second = {name.replace("l1", "l0"): p.detach().numpy() for name, p in lstm.named_parameters() if name[-1] == "1"}
    zeros = np.zeros((6, 2, 5), np.float32)
    judge("layer 1 on zeros", "torch", [second], zeros, output.numpy(), [(h[1].numpy(), c[1].numpy())], time_major=True)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        single = torch.nn.LSTM(4, 5, dropout=0.9)
    x = torch.randn(6, 2, 4)
    claim("one layer: there is a warning:", len(told) == 1)
    claim("and training changes nothing:", torch.equal(single.train()(x)[0], single.eval()(x)[0]))


def b14(claim):
    """There are biases by default, two vectors for each layer and direction."""
    lstm = torch.nn.LSTM(10, 20, num_layers=2, bidirectional=True)
    biases = [name for name, _ in lstm.named_parameters() if name.startswith("bias")]
    print(biases)
    claim("bias is True, and two vectors for each of 2 layers x 2 directions:", lstm.bias and len(biases) == 8)
    none = torch.nn.LSTM(10, 20, bias=False)
    claim("none with bias=False:", not any(name.startswith("bias") for name, _ in none.named_parameters()))


def p1(claim):
    """All weights and biases are drawn from the uniform distribution between -1/√H and 1/√H."""
    H = 100
    lstm = torch.nn.LSTM(input_size=80, hidden_size=H, num_layers=2)
    values = np.sort(np.concatenate([p.detach().numpy().ravel() for p in lstm.parameters()])).astype(np.float64)
    limit = 1 / np.sqrt(H)
    print("smallest and largest of", values.size, "numbers:", values[0].round(6), values[-1].round(6))
    claim("within -1/sqrt(H) and 1/sqrt(H):", bool((abs(values) <= np.float32(limit)).all()))
    # Dvoretzky, Kiefer and Wolfowitz: of a uniform distribution this fails with a probability of 1e-9.
    allowed = np.sqrt(np.log(2 / 1e-9) / (2 * values.size))
    uniform = (values + limit) / (2 * limit)
    distance = max(
        abs(uniform - np.arange(values.size) / values.size).max(),
        abs(uniform - (np.arange(values.size) + 1) / values.size).max(),
    )
    claim(
        "distance to the uniform distribution",
        distance.round(5),
        "below",
        allowed.round(5),
        ":",
        bool(distance < allowed),
    )


def p2(claim):
    """By default: num_layers=1, bias=True, batch_first=False, dropout=0, bidirectional=False, proj_size=0."""
    lstm = torch.nn.LSTM(10, 20)
    names = ["num_layers", "bias", "batch_first", "dropout", "bidirectional", "proj_size"]
    defaults = [getattr(lstm, name) for name in names]
    for name, value in zip(names, defaults):
        print(name, "=", value)
    claim("as documented:", defaults == [1, True, False, 0.0, False, 0])


def p3(claim):
    """h_0 and c_0 are zeros if they are left out."""
    lstm = torch.nn.LSTM(10, 20, num_layers=2)
    x = torch.randn(5, 3, 10)
    zeros = torch.zeros(2, 3, 20)
    left_out, given = lstm(x), lstm(x, (zeros, zeros))
    claim("no states, and states of zeros, give the same:", torch.equal(left_out[0], given[0]))
    other = lstm(x, (zeros + 1, zeros))
    print("h_0 of ones gives the same:", torch.equal(left_out[0], other[0]))
    assert not torch.equal(left_out[0], other[0])


def p4(claim):
    """The rows of weight_ih_l0 are those of W_ii, W_if, W_ig and W_io, in this order."""
    H = 3
    i, f, g, o = (slice(k * H, (k + 1) * H) for k in range(4))
    x, h_0, c_0 = torch.randn(1, 2, 4), torch.randn(1, 2, H), torch.randn(1, 2, H)

    def last_states(**biases):
        lstm = torch.nn.LSTM(4, H)
        with torch.no_grad():
            for gate, bias in biases.items():
                lstm.bias_ih_l0[{"i": i, "f": f, "g": g, "o": o}[gate]] = bias
            return lstm(x, (h_0, c_0))[1]

    _, c = last_states(i=-200, f=200)  # nothing comes in, nothing is forgotten
    claim("the first block closes the input, the second keeps the cell state:", torch.equal(c, c_0))
    _, c = last_states(i=200, f=-200, g=200)  # all is forgotten, tanh(200) = 1 comes in
    claim("the third is what comes in:", torch.equal(c, torch.ones_like(c)))
    h, _ = last_states(o=-200)
    claim("the fourth closes the output:", torch.equal(h, torch.zeros_like(h)))


def p5(claim, judge):
    """In two directions output holds both: output.view(seq_len, batch, 2, hidden_size), direction 0 forwards,
    direction 1 backwards.
    """
    T, B, H = 5, 3, 20
    lstm = torch.nn.LSTM(10, H, bidirectional=True)
    x = torch.randn(T, B, 10)
    with torch.no_grad():
        output, _ = lstm(x)
    print("output", tuple(output.shape))
    claim("it holds both directions:", output.shape == (T, B, 2 * H))
    apart = output.view(T, B, 2, H)
    weights = {name: p.detach().numpy() for name, p in lstm.named_parameters()}
    forward = {name: a for name, a in weights.items() if not name.endswith("_reverse")}
    reverse = {name[: -len("_reverse")]: a for name, a in weights.items() if name.endswith("_reverse")}
    judge("apart[:, :, 0], forwards", "torch", [forward], x.numpy(), apart[:, :, 0].numpy(), time_major=True)
    from_its_end = apart[:, :, 1].flip(0)
    judge("apart[:, :, 1], from the end", "torch", [reverse], x.flip(0).numpy(), from_its_end.numpy(), time_major=True)


def p6(claim):
    """With proj_size, output and h_n are proj_size wide, c_n is hidden_size wide, weight_hr_l[k] is (proj_size,
    hidden_size), weight_hh_l[k] (4 hidden_size, proj_size).
    """
    lstm = torch.nn.LSTM(10, 20, num_layers=2, bidirectional=True, proj_size=7)
    output, (h, c) = lstm(torch.randn(5, 3, 10))
    print("output", tuple(output.shape), " h_n", tuple(h.shape), " c_n", tuple(c.shape))
    claim(
        "output and h_n have proj_size, c_n hidden_size:",
        [output.shape, h.shape, c.shape] == [(5, 3, 14), (4, 3, 7), (4, 3, 20)],
    )
    shapes = [tuple(lstm.weight_hr_l0.shape), tuple(lstm.weight_hh_l0.shape)]
    claim("weight_hr_l0 and weight_hh_l0", shapes, "are (P, H) and (4H, P):", shapes == [(7, 20), (80, 7)])
    try:
        torch.nn.LSTM(10, 20, proj_size=20)
    except ValueError as error:
        print(error)
        claim("proj_size must be smaller:", True)


def p7(claim, judge):
    """An input without a batch is (seq_len, input_size); output and states have no axis for the batch either."""
    lstm = torch.nn.LSTM(10, 20)
    x = torch.randn(5, 10)  # (seq_len, input_size)
    output, (h, c) = lstm(x)
    print("output", tuple(output.shape), " h_n", tuple(h.shape), " c_n", tuple(c.shape))
    claim("no axis for the batch:", [output.shape, h.shape, c.shape] == [(5, 20), (1, 20), (1, 20)])
    weights = {name: p.detach().numpy() for name, p in lstm.named_parameters()}
    judge("a batch of one row", "torch", [weights], x[None].numpy(), output[None].detach().numpy())


def q1(claim, judge):
    """LSTMCell computes one step of the same equations and returns (h, c)."""
    cell = torch.nn.LSTMCell(10, 20)
    x, states = torch.randn(6, 3, 10), None
    outputs = []
    with torch.no_grad():
        for step in x:
            states = cell(step, states)  # (h, c)
            outputs.append(states[0])
    print("h", tuple(states[0].shape), " c", tuple(states[1].shape))
    claim("h comes first:", float(abs(states[0]).max()) < 1)
    weights = {f"{name}_l0": p.detach().numpy() for name, p in cell.named_parameters()}
    h, c = (a.numpy() for a in states)
    judge("a cell in a loop", "torch", [weights], x.numpy(), torch.stack(outputs).numpy(), [(h, c)], time_major=True)


def q2(claim):
    """LSTMCell has weight_ih (4H, I), weight_hh (4H, H) and two biases (4H), within ±1/√H, and starts from zeros."""
    cell = torch.nn.LSTMCell(10, 20)
    shapes = {name: tuple(p.shape) for name, p in cell.named_parameters()}
    print(shapes)
    claim("(4H, I), (4H, H), (4H), (4H):", list(shapes.values()) == [(80, 10), (80, 20), (80,), (80,)])
    limit = np.float32(1 / np.sqrt(20))
    claim("all within 1/sqrt(H):", all(bool((abs(p) <= float(limit)).all()) for p in cell.parameters()))
    x = torch.randn(3, 10)
    h, c = cell(x)
    g, d = cell(x, (torch.zeros(3, 20), torch.zeros(3, 20)))
    claim("states that are left out are zeros:", torch.equal(h, g) and torch.equal(c, d))


def s1(claim):
    """lengths must not rise from row to row, unless enforce_sorted=False."""
    x = torch.randn(5, 3, 10)
    try:
        pack_padded_sequence(x, lengths=[2, 5, 3])
        claim("lengths in any order are refused:", False)
    except RuntimeError as error:
        print(str(error).splitlines()[0])
        claim("lengths that rise are refused:", True)
    packed = pack_padded_sequence(x, lengths=[5, 3, 3])
    claim("rows of one length may follow each other:", packed.batch_sizes.tolist() == [3, 3, 3, 1, 1])
    packed = pack_padded_sequence(x, lengths=[2, 5, 3], enforce_sorted=False)
    back, lengths = pad_packed_sequence(packed)
    print("enforce_sorted=False: lengths", lengths.tolist())
    rows = [torch.equal(back[:n, k], x[:n, k]) for k, n in enumerate([2, 5, 3])]
    claim("every row is where it was:", all(rows))


def s2(claim, judge):
    """A packed input gives a packed output; unpacked, it is zero behind the length of a row, and h_n is that at the
    length.
    """
    lstm = torch.nn.LSTM(10, 20)
    x = torch.randn(5, 3, 10)
    packed = pack_padded_sequence(x, lengths=[5, 3, 2])
    output, (h, c) = lstm(packed)
    claim("a packed input gives a packed output:", isinstance(output, torch.nn.utils.rnn.PackedSequence))
    output, lengths = pad_packed_sequence(output)
    print("lengths", lengths.tolist(), " row 2 after its length:", output[2:, 2].abs().max().item())
    claim("zeros after the length of a row:", bool((output[3:, 1] == 0).all() and (output[2:, 2] == 0).all()))
    weights = {name: p.detach().numpy() for name, p in lstm.named_parameters()}
    y, h, c = (a.detach().numpy() for a in (output[:2, 2:], h[0, 2:], c[0, 2:]))
    judge("row 2, and its states after 2 steps", "torch", [weights], x[:2, 2:].numpy(), y, [(h, c)], time_major=True)


def s3(claim):
    """PackedSequence holds the steps of all rows, step by step, and batch_sizes, how many rows have each step."""
    packed = pack_padded_sequence(torch.arange(15.0).view(5, 3, 1), lengths=[5, 3, 2])
    print("data", packed.data.flatten().tolist())
    print("batch_sizes", packed.batch_sizes.tolist())
    claim("batch_sizes are the rows that have a step:", packed.batch_sizes.tolist() == [3, 3, 2, 1, 1])
    claim(
        "the data are their steps, and no padding:", packed.data.flatten().tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 9, 12]
    )
    padded = torch.randn(5, 3, 10)
    padded[3:, 1], padded[2:, 2] = torch.nan, torch.nan
    packed = pack_padded_sequence(padded, lengths=[5, 3, 2])
    claim("NaN in the padding is not read:", not torch.nn.LSTM(10, 20)(packed)[0].data.isnan().any())


def s4(claim):
    """pad_packed_sequence returns as many steps as the longest row has, or total_length, filled with padding_value."""
    packed = pack_padded_sequence(torch.randn(5, 3, 10), lengths=[3, 3, 2])
    default, _ = pad_packed_sequence(packed)
    longer, _ = pad_packed_sequence(packed, total_length=5, padding_value=-1.0)
    print("default", tuple(default.shape), " total_length=5", tuple(longer.shape))
    claim("as long as the longest row, or total_length:", [len(default), len(longer)] == [3, 5])
    claim("filled with padding_value:", bool((longer[3:] == -1).all()) and bool((default[2, 2] == 0).all()))


def p8(claim):
    """dropout acts in training alone."""
    lstm = torch.nn.LSTM(10, 20, num_layers=2, dropout=0.5)
    x = torch.randn(5, 3, 10)
    lstm.eval()
    claim("two calls in evaluation are equal:", torch.equal(lstm(x)[0], lstm(x)[0]))
    lstm.train()
    print("two calls in training are equal:", torch.equal(lstm(x)[0], lstm(x)[0]))
    assert not torch.equal(lstm(x)[0], lstm(x)[0])


def p9(claim):
    """With biases and without a projection a layer has 4H (I + H + 2) parameters in each direction; deeper layers read
    the outputs of all directions.
    """
    for I, H, L, D in [(10, 20, 1, 1), (10, 20, 2, 1), (7, 5, 3, 2)]:
        lstm = torch.nn.LSTM(I, H, L, bidirectional=D == 2)
        number = sum(p.numel() for p in lstm.parameters())
        due = D * sum(4 * H * ((I if layer == 0 else D * H) + H + 2) for layer in range(L))
        claim(f"I={I} H={H} layers={L} directions={D}:", number, "parameters,", due, "expected:", number == due)


def e3(judge):
    """units=N makes N independent copies of an LSTM with one unit."""
    N = 3
    lstm = torch.nn.LSTM(input_size=2, hidden_size=N)
    x = torch.randn(6, 4, 2)

    def copies():  # N layers of one unit each, with the rows of the large layer that are theirs
        outputs = []
        for unit in range(N):
            one = torch.nn.LSTM(input_size=2, hidden_size=1)
            one.weight_ih_l0.copy_(lstm.weight_ih_l0[unit::N])
            one.weight_hh_l0.copy_(lstm.weight_hh_l0[unit::N, unit : unit + 1])
            one.bias_ih_l0.copy_(lstm.bias_ih_l0[unit::N])
            one.bias_hh_l0.copy_(lstm.bias_hh_l0[unit::N])
            outputs.append(one(x)[0])
        return torch.cat(outputs, dim=-1)

    with torch.no_grad():
        print("one layer of 3 units:", lstm(x)[0][-1, 0].numpy().round(4))
        print("3 layers of one unit:", copies()[-1, 0].numpy().round(4))
        weights = {name: p.detach().numpy().copy() for name, p in lstm.named_parameters()}
        judge("the copies", "torch", [weights], x.numpy(), copies().numpy(), time_major=True, beyond=True)
        for gate in range(4):  # keep the diagonals of the four recurrent blocks
            block = slice(gate * N, (gate + 1) * N)
            lstm.weight_hh_l0[block] = torch.diag(torch.diag(lstm.weight_hh_l0[block]))
        print("with four diagonal recurrent blocks:")
        print("one layer of 3 units:", lstm(x)[0][-1, 0].numpy().round(4))
        print("3 layers of one unit:", copies()[-1, 0].numpy().round(4))
        weights = {name: p.detach().numpy().copy() for name, p in lstm.named_parameters()}
        judge("the copies", "torch", [weights], x.numpy(), copies().numpy(), time_major=True)
        lstm.weight_hh_l0[0, 1] = 0.5  # a single weight beside the diagonal of a single block
        print("with one weight beside one diagonal:")
        weights = {name: p.detach().numpy().copy() for name, p in lstm.named_parameters()}
        judge("the copies", "torch", [weights], x.numpy(), copies().numpy(), time_major=True, beyond=True)


def a3(claim, beyond, judge):
    """In each step the input and the previous hidden state are joined to one vector, of 428 = 300 + 128 numbers, which
    the gates read.
    """
    lstm = torch.nn.LSTM(input_size=300, hidden_size=128, num_layers=2)
    x = torch.randn(2, 1, 300)

    def step(k, read, h, c):  # of layer k
        joined = torch.cat([read, h], dim=-1)
        W = torch.cat([getattr(lstm, f"weight_ih_l{k}"), getattr(lstm, f"weight_hh_l{k}")], dim=1)
        i, f, g, o = (joined @ W.T + getattr(lstm, f"bias_ih_l{k}") + getattr(lstm, f"bias_hh_l{k}")).chunk(4, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return joined.shape[-1], o.sigmoid() * c.tanh(), c

    zeros = torch.zeros(1, 128)
    with torch.no_grad():
        size, h, c = step(0, x[0], zeros, zeros)
        _, h1, c1 = step(0, x[1], h, c)
        deeper, _, _ = step(1, h, zeros, zeros)
    claim("layer 0 reads", size, "numbers, 428 = 300 + 128:", size == 428)
    first = {name: p.detach().numpy() for name, p in lstm.named_parameters() if name.endswith("l0")}
    outputs = torch.stack([h, h1]).numpy()
    judge(
        "gates from the joined vector",
        "torch",
        [first],
        x.numpy(),
        outputs,
        [(h1.numpy(), c1.numpy())],
        time_major=True,
    )
    beyond("layer 1 reads", deeper, "numbers, 428 = 300 + 128:", deeper == 428)


def p10(claim, judge):
    """flatten_parameters() lets a layer on a GPU take the faster code of cuDNN; elsewhere it does nothing."""
    lstm = torch.nn.LSTM(10, 20)
    x = torch.randn(5, 3, 10)  # on the CPU
    where = [p.data_ptr() for p in lstm.parameters()]
    with torch.no_grad():
        before, _ = lstm(x)
        lstm.flatten_parameters()
        after, _ = lstm(x)
        with torch.backends.cudnn.flags(enabled=False):
            without, _ = lstm(x)
    claim("no weight was moved:", [p.data_ptr() for p in lstm.parameters()] == where)
    claim("outputs before and after are equal:", torch.equal(before, after))
    claim("so they are with cuDNN switched off:", torch.equal(before, without))
    weights = {name: p.detach().numpy() for name, p in lstm.named_parameters()}
    judge("the layer", "torch", [weights], x.numpy(), after.numpy(), time_major=True)


def p11(claim):
    """Every step reads the hidden state and the cell state of the step before."""
    lstm = torch.nn.LSTM(3, 4)
    x = torch.randn(5, 2, 3)
    x[2, 0, 1] = torch.nan  # one feature, at step 2 of row 0
    output, (h_n, c_n) = lstm(x)
    nan = output.isnan()
    print("outputs of row 0 that are NaN, by steps:", nan[:, 0].sum(dim=-1).tolist())
    print("outputs of row 1 that are NaN, by steps:", nan[:, 1].sum(dim=-1).tolist())
    claim("row 0 is NaN from step 2 on:", bool(nan[2:, 0].all()) and bool(h_n[0, 0].isnan().all()))
    claim("steps before it and the other row are not:", not nan[:2].any() and not nan[:, 1].any())


def t1(claim, judge):
    """Teacher forcing gives the real targets as the next inputs, in place of what the decoder itself guessed."""
    decoder = torch.nn.LSTM(4, 4)  # what it puts out is its guess of what comes next
    targets = torch.randn(6, 2, 4)
    read = torch.cat([torch.zeros(1, 2, 4), targets[:-1]])  # a start, then the targets

    def loop(forced):
        guess, states, guesses = read[:1], None, []
        for step in range(6):
            guess, states = decoder(read[step : step + 1] if forced else guess, states)
            guesses.append(guess)
        return torch.cat(guesses)

    with torch.no_grad():
        forced, free = loop(forced=True), loop(forced=False)
    weights = {name: p.detach().numpy() for name, p in decoder.named_parameters()}
    judge("the loop, as one call", "torch", [weights], read.numpy(), forced.numpy(), time_major=True)
    claim("without it the first output is the same:", torch.equal(forced[0], free[0]))
    claim("and all others are not:", bool((forced[1:] != free[1:]).any(dim=-1).all()))


def u1(claim):
    """backward() frees the graph: a second one through the same steps raises, unless the graph was retained."""
    lstm = torch.nn.LSTM(3, 4)
    first, second = torch.randn(2, 5, 2, 3)
    for retained in (False, True):
        output, states = lstm(first)
        output.sum().backward(retain_graph=retained)
        output, _ = lstm(second, states)  # its graph goes on in that of the first batch
        try:
            output.sum().backward()
            claim("retained, the second backward() goes through:", retained)
        except RuntimeError as error:
            print(str(error).split(".")[0])
            claim("freed, the second backward() raises:", not retained)
    output, (h, c) = lstm(first)
    output.sum().backward()
    detached, _ = lstm(second, (h.detach(), c.detach()))
    detached.sum().backward()
    claim("detached states give the same outputs:", torch.equal(detached, lstm(second, (h, c))[0]))


def u2(claim):
    """torch.manual_seed sets the seed of all random numbers of PyTorch."""

    def trained(number):  # its weights, and an output under dropout
        torch.manual_seed(number)
        lstm = torch.nn.LSTM(3, 4, num_layers=2, dropout=0.5)
        return torch.cat([p.flatten() for p in lstm.parameters()]), lstm(torch.ones(5, 2, 3))[0]

    (weights, output), (again, same), (others, other) = trained(1), trained(1), trained(2)
    claim("one seed gives the same weights twice:", torch.equal(weights, again))
    claim("and dropout drops the same:", torch.equal(output, same))
    print("another seed gives the same:", torch.equal(weights, others))
    assert not torch.equal(weights, others)
    assert not torch.equal(output, other)
