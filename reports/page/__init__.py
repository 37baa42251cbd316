"""The HTML report: its document, its matrix, its template.

A page is a single file that loads nothing.
Imports `reports.records`, `reports.changes`.
"""
