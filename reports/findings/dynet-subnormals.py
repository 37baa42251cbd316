"""Where DyNet is imported, the whole process takes subnormal numbers for 0, NumPy as well.

Needs dynet38: `make field` installs it in an environment of its own.
Rules 4.1 and 11.2; cause dynet-subnormals. Seen with dynet38 2.2 on the CPU: its library is linked with what sets the
processor to flush them, which holds for all that the thread computes from then on, and no manual says so.
Expected: 1e-40 everywhere.
Actual:

    NumPy before the import: 1e-40  (control)
    NumPy behind the import: 0.0
    a parameter of DyNet:    0.0
"""

import numpy as np

small = np.array([1e-40], "float32")
print("NumPy before the import:", (small * np.float32(1))[0])

import dynet  # noqa: E402

print("NumPy behind the import:", (small * np.float32(1))[0])
parameter = dynet.ParameterCollection().add_parameters(1)
parameter.set_value(small)
print("a parameter of DyNet:   ", parameter.as_array()[0])
