"""What is asked of whom: implementation × path × rule × configuration, and how often.

Nothing is run here.
Imports `reference.layouts`, `reference.mutants`, `fixtures`, `fixtures.cases`, `fixtures.hosting`,
`fixtures.implementations`, `reports.records`, `suites.harness.judge`.
"""
