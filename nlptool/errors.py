"""The errors that a user can cause, and their exit codes.

    NlptoolError
    |- ConfigError  2  wrong use: an option or a setting
    |- CorpusError  3  the input data is bad
    |- ModelError   4  a model file is missing, damaged, foreign or too new
    `- RunError     1  the run failed: disk full, output locked, training diverged

The message is written where the fault is found, as one line:
`where: what was found, what was expected[; what to do]`.
It is shown once, by `nlptool.cli.app`. Anything else that is raised is a defect
of nlptool and keeps its traceback.
"""


class NlptoolError(Exception):
    """What a user can cause; never raised itself."""

    exit_code = 1


class ConfigError(NlptoolError):
    """An option or a setting that cannot be used."""

    exit_code = 2


class CorpusError(NlptoolError):
    """Input data that cannot be used."""

    exit_code = 3


class ModelError(NlptoolError):
    """A model file that is refused."""

    exit_code = 4


class RunError(NlptoolError):
    """A run that could not be completed."""

    exit_code = 1
