"""The environments in which implementations are tested: which there are, and how they are built.

`fixtures/environments.toml` holds them as data.
Imports `fixtures`, `fixtures.hosting`.
"""
