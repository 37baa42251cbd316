"""Which wrong LSTMs are caught, by which rules, and the proof of it that is kept beside the code.

It reads records only, whoever ran them.
Imports `reports.records`.
"""
