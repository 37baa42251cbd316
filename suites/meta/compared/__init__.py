"""How many wrong LSTMs published test suites notice, and how many ours does: `make compare-suites`.

    python -m lstm_conformance.suites.meta.compared

Each suite is scored with its own inputs, at its own tolerance, by the outputs that it looks at. Its inputs are
re-created from what it publishes; its published outputs are reproduced (`suites/meta/test_compared.py`).
"""
