"""How well the gate was measured to do, as published in docs/trust.md: read by what must state it."""

from functools import cache
from importlib.resources import files

import msgspec


class Measured(msgspec.Struct, frozen=True):
    """One measurement. Shares are 0 to 1; `first` on texts that nobody had tuned on, `now` with what was
    learned from them; `wrong`: share of ordinary texts that were withheld or changed. None: not measured.
    """

    what: dict[str, str]
    posts: int
    first: float | None = None
    now: float | None = None
    wrong: float | None = None


class Figures(msgspec.Struct, frozen=True):
    """All measurements, and when they were made."""

    measured: str
    protected: tuple[Measured, ...] = ()
    personal: tuple[Measured, ...] = ()


@cache
def published() -> Figures:
    """The figures that come with this version."""
    return msgspec.json.decode((files("earnest.gate") / "figures.json").read_bytes(), type=Figures)
