"""What cannot be used."""


class BadInput(ValueError):
    """Arrays, files or options do not fit: one sentence of what was expected, what came, and what to do."""
