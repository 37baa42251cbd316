"""Why a check is red: diagnosis, the smallest configuration that is red, recorded deviations.

A verdict is there before; nothing here makes a wrong number right.
Imports `reference`, `reference.diagnosis`, `reference.layouts`, `reference.mutants`, `fixtures.cases`,
`fixtures.deviations`, `fixtures.hosting`, `fixtures.implementations`, `reports.records`,
`suites.harness.judge`, `suites.harness.plan`.
"""
