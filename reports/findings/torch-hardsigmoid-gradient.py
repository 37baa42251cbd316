"""The gradient of torch.nn.functional.hardsigmoid in float64 has the accuracy of float32.

Rule 23.8; cause torch-hardsigmoid-gradient. Seen with torch 2.13.0, and by way of it with Keras 3.15.1.
The way there divides by 6 in the dtype of its argument; the way back multiplies by `1.0f / 6.0f`, which is rounded to
float32. `torch.autograd.gradcheck` does not notice: the error is 3e-8 of the gradient.
Keras computes `hard_sigmoid` on torch by this function.
Expected: a slope of 1/6 to the last digit of float64.
Actual:

    float64: the slope is 1/6 to within 1e-15: False, to within 1e-8: True
    gradcheck: True  (control)
"""

import torch

x = torch.full((1,), 0.25, dtype=torch.float64, requires_grad=True)
(slope,) = torch.autograd.grad(torch.nn.functional.hardsigmoid(x), x)
error = abs(slope.item() - 1 / 6)
print(f"float64: the slope is 1/6 to within 1e-15: {error < 1e-15}, to within 1e-8: {error < 1e-8}")
print(f"gradcheck: {torch.autograd.gradcheck(torch.nn.functional.hardsigmoid, x)}")
