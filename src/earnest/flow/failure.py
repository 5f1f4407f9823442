"""The error that ended a process of ours, on its way through the pipe to the one that started it."""

import pickle

import msgspec

from earnest.record.errors import EarnestError


class Failure(msgspec.Struct):
    """The error that ended the worker."""

    pickled: bytes

    def error(self) -> EarnestError:
        kind, args, state = pickle.loads(self.pickled)  # noqa: S301 - written by our own child process
        error: EarnestError = kind.__new__(kind)
        error.args = args
        error.__dict__.update(state)
        return error

    @classmethod
    def of(cls, error: EarnestError) -> "Failure":
        return cls(pickle.dumps((type(error), error.args, error.__dict__)))
