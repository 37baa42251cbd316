"""torch.nn.LSTMCell ends the process when its states have an axis of batch that its input has not.

Rules 12.3 and 12.8; cause torch-cell-rows. Seen with torch 2.13.0+cpu.
An input without that axis is given one, and so are the states, whatever they have: (B, H) becomes (1, B, H). Where
B = H the kernel finds the sizes that it looks at in order, and reads beyond its memory. With another B it raises.
Public: https://github.com/pytorch/pytorch/issues/193823 (one tensor), https://github.com/pytorch/pytorch/issues/175978.
Expected: RuntimeError or ValueError, each time.
Actual:

    states of (2, 3), (2, 3): RuntimeError  (control)
    states of (3, 3), (3, 3): ended by signal 11
    states of (2, 3, 3): ended by signal 11
"""

import subprocess
import sys

CALL = "import torch; z = torch.zeros; torch.nn.LSTMCell(3, 3)(z(3), {})"
for sizes, states in [
    ("(2, 3), (2, 3)", "(z(2, 3), z(2, 3))"),
    ("(3, 3), (3, 3)", "(z(3, 3), z(3, 3))"),
    ("(2, 3, 3)", "z(2, 3, 3)"),
]:
    done = subprocess.run([sys.executable, "-c", CALL.format(states)], capture_output=True, text=True, check=False)
    raised = done.stderr.splitlines()[-1].partition(":")[0] if done.returncode > 0 else "answered"
    print(f"states of {sizes}: {raised if done.returncode >= 0 else f'ended by signal {-done.returncode}'}")
