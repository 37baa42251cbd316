"""What an LSTM is: the equations, the layouts, the contracts, and the error that rounding alone may cause.

NumPy is all it needs: no framework, no pytest.
Imports nothing of the package.
"""
