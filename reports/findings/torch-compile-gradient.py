"""torch.compile with allow_rnn cannot compile an LSTM on the CPU whose parameters alone require gradients.

Rules 20.1 and 23.10; cause torch-compile-gradient. Seen with torch 2.13.0.
So is every layer that reads data. The decomposition of the operator takes oneDNN's layer for inference alone, and takes
for inference what reads an input that requires no gradient, whether or not parameters do; without `train` that layer
keeps no workspace for the way back, and None stands where the compiler expects a tensor.
The change that would mend it: https://github.com/pytorch/pytorch/pull/185163.
Expected: gradients by the four parameters, as eagerly.
Actual:

    eager: 4 gradients  (control)
    compiled, x requires none: TypeError
    compiled, x requires a gradient: 4 gradients  (control)
"""

import torch
import torch._dynamo.config as dynamo

torch.compiler.config.force_disable_caches = True  # else what was compiled without oneDNN may be found and taken
lstm = torch.nn.LSTM(4, 6)


def gradients(layer, x):
    """Say by how many parameters there is a gradient."""
    try:
        return f"{len(torch.autograd.grad(layer(x)[0].sum(), list(lstm.parameters())))} gradients"
    except Exception as error:
        return type(error).__name__


x = torch.ones(5, 3, 4)
print(f"eager: {gradients(lstm, x)}")
for required in (False, True):
    torch.compiler.reset()
    with dynamo.patch(allow_rnn=True):
        outcome = gradients(torch.compile(lstm, fullgraph=True), x.clone().requires_grad_(required))
    print(f"compiled, x requires {'a gradient' if required else 'none'}: {outcome}")
