"""What can be wrong with a results file: one class for each thing.

The messages are written where the errors are raised; each says what was expected, what came and what to do.
"""


class ResultsError(ValueError):
    """A results file, or one record of it, is not what it must be."""


class NotResults(ResultsError):
    """The first line is not the header of a results file."""


class WrongSchema(ResultsError):
    """The file was written with a schema that this version does not read."""


class Truncated(ResultsError):
    """The file, or the run that it tells of, ended early."""


class BadRecord(ResultsError):
    """A line is not the record that must stand there."""


class UnknownVerdict(BadRecord):
    """A check has a verdict outside the vocabulary."""


class DuplicateCheck(ResultsError):
    """Two records carry the same check id."""


class CountMismatch(ResultsError):
    """The footer counts other checks than the file holds."""


class DigestMismatch(ResultsError):
    """The footer's digest is not that of the ids and verdicts in the file."""


class InconsistentRuns(ResultsError):
    """Results files that cannot be shown as one report."""


class NoResults(ResultsError):
    """There is no results file to make a report of."""


class Occupied(ResultsError):
    """Something else is where a file is to be written."""
