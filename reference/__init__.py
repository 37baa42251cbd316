"""What an LSTM is: the equations, the layouts, and the error that rounding alone may cause.

Imports NumPy and nothing else: no framework, no pytest, nothing from the other folders.
"""
