"""What becomes of a run: its records, and what is made of them for readers and machines.

A folder each. Imports nothing of the package.
"""
