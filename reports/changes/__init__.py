"""What is different between two runs, or over many nights.

Nothing here knows how it will be shown.
Imports `reports.records`.
"""
