"""A run: options, session, hosts, workers, records, the wiring into pytest.

Only plugins and commands import this.
Imports `reference`, `reference.contracts`, `reference.layouts`, `fixtures.cases`, `fixtures.deviations`,
`fixtures.hosting`,
`fixtures.implementations`, `reports.records`, `reports.mutation_score`, `reports.publish`, `suites.harness.judge`,
`suites.harness.plan`, `suites.harness.explain`.
"""
