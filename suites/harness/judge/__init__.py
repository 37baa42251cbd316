"""From what was observed to a verdict: subjects, comparisons, assertions, rules.

What one check needs stands here, and nothing that knows how many there are.
Imports `reference`, `reference.contracts`, `reference.layouts`, `fixtures.cases`, `fixtures.hosting`,
`reports.records`.
"""
