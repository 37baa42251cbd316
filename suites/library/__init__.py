"""The suite in somebody's own tests: a layer, or outputs of one, held to the reference.

Imports `reference`, `reference.arrays`, `reference.diagnosis`, `reference.layouts`,
`reports.publish`, `suites.harness.explain`, `suites.harness.judge`.
"""
