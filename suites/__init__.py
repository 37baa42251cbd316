"""The chapters: what an LSTM must do, one file a topic, to be read from the first to the last.

The machinery is in `suites.harness`, the tests of the suite itself in `suites.meta`.
Imports `reference`, `reference.layouts`, `fixtures.cases`, `fixtures.hosting`.
"""
