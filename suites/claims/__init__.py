"""What manuals and tutorials say, settled by running it: `make claims`, and `lstm-conformance claims`.

A file of claims holds plain framework code, a function for each sentence, as somebody would write it to see whether it
is so. It runs in a process of its own (`witness.py`), whose findings are held against `fixtures/claims.toml`.
`pytest suites` asks implementations only: these tests are run by their name, `pytest suites/claims`.
Imports `reference`, `reference.layouts`, `fixtures`, `fixtures.hosting`, `reports.records`, `suites.harness.judge`.
"""
