"""Other ways to say what a run found: terminal, Markdown, badge, verdict files, issues.

Each is made from records, never from another one's text.
Imports `reports.records`, `reports.changes`, `reports.page`.
"""
