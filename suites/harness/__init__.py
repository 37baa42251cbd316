"""The machinery behind the chapters: judge ← plan ← explain ← run, and nothing imports to the right.

Imports nothing of the package.
"""
