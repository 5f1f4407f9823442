"""The one tree of errors.

    EarnestError                 .retry  may the same call succeed later?
    │                            .advice a sentence that tells a person what to do
    │                            .why    what is wrong with a place, as a code: key_refused, forbidden, gone,
    │                                    banned, limited, down, slow, certificate, dns, too_large, bad_content
    │                            str()   what is wrong and where: safe to show, never a post's content
    ├── InputError               something handed in is not right
    │   ├── BadLine              one item: its neighbours go on
    │   ├── BadFile              the whole file (truncated, not what its name says)
    │   └── TaxonomyError        names file and line
    ├── SetupError               Earnest itself is not set up
    │   ├── MissingExtra         names the extra to install
    │   ├── MissingKeys          the key file is gone: nothing is admitted
    │   ├── BadSetting
    │   └── ModelError           a model folder is missing, damaged or of another taxonomy
    ├── Refused                  Earnest will not do this, and says why
    │   ├── RefusedConfiguration a category, search, filter or column aimed at people or protected speech
    │   └── RefusedAudience      this audience may not listen to this kind of place
    ├── GateFailed               the gate could not run: nothing is admitted, the cursor stays
    ├── SourceError
    │   ├── SourceBusy           retry: rate limited or down; .after seconds where the server said
    │   └── SourceGone           no retry: closed, forbidden, moved away; a person must look
    ├── EgressRefused            an address, size or time that the guarded client does not allow
    └── StoreError
        ├── StoreBusy            retry: the database is locked or restarting
        └── Conflict             somebody saved the same thing meanwhile: .theirs and .yours, nothing is lost

The cause for the log is `__cause__`, kept by `raise … from`.
"""

from collections.abc import Mapping


class EarnestError(Exception):
    """Root of every error that Earnest raises on purpose."""

    retry: bool = False
    advice: str = ""
    why: str = ""

    def __init__(self, problem: str, *, advice: str = "", why: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        if advice:
            self.advice = advice
        if why:
            self.why = why

    def sentence(self) -> str:
        """What is wrong and what to do, for a person."""
        stop = "" if not self.advice or self.problem.endswith((".", "!", "?")) else "."
        return f"{self.problem}{stop} {self.advice}".strip()


class InputError(EarnestError):
    """Something handed in is not right. `place` says where ("line 17", "taxonomy.yaml:12")."""

    def __init__(self, problem: str, *, place: str = "", advice: str = "") -> None:
        super().__init__(f"{place}: {problem}" if place else problem, advice=advice)
        self.place = place
        self.reason = problem


class BadLine(InputError):
    """One item cannot be read; its neighbours go on."""


class BadFile(InputError):
    """A whole file cannot be read (further)."""


class TaxonomyError(InputError):
    """A taxonomy is not valid; `place` is file:line."""


class SetupError(EarnestError):
    """Earnest itself is not set up."""


class MissingExtra(SetupError):
    """A capability whose libraries are not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the extra '{extra}'.", advice=f"Install it: pip install 'earnest[{extra}]'"
        )
        self.extra = extra


class MissingKeys(SetupError):
    """The key file is missing or unreadable. Without it no voice can be counted: nothing is admitted."""


class BadSetting(SetupError):
    """A setting has a value that cannot be used."""


class ModelError(SetupError):
    """A model folder is missing, damaged or does not fit the taxonomy."""


class Refused(EarnestError):
    """Earnest will not do this; the sentence says why."""


class RefusedConfiguration(Refused):
    """A category, saved search, alert, tag, import column or report filter that Earnest refuses."""


class RefusedAudience(Refused):
    """A programme's audience does not allow this kind of place, or this facet of its posts."""


class GateFailed(EarnestError):
    """The gate could not run. Nothing was admitted and the cursor did not move."""

    retry = True


class SourceError(EarnestError):
    """A source could not be read."""


class SourceBusy(SourceError):
    """Rate limited or down. `after` is what the server asked for, in seconds."""

    retry = True

    def __init__(self, problem: str, *, after: float | None = None, advice: str = "", why: str = "") -> None:
        super().__init__(problem, advice=advice, why=why)
        self.after = after


class SourceGone(SourceError):
    """Closed, forbidden or moved away: reading stops until a person has looked."""


class EgressRefused(EarnestError):
    """The guarded client does not go there, or the answer was too large or too slow."""


class StoreError(EarnestError):
    """The store could not keep or find something."""


class StoreBusy(StoreError):
    """The database is locked or restarting."""

    retry = True


class Conflict(StoreError):
    """Somebody saved the same thing since it was read. Nothing was changed, and nothing typed is lost.

    `differences` has every field that is not what the caller wants it to be: (theirs, yours); `field`,
    `theirs` and `yours` are the first of them. `version` is what is there now: to save after all, hand it in.
    """

    def __init__(self, problem: str, differences: Mapping[str, tuple[object, object]], version: int) -> None:
        super().__init__(problem, advice="Look at what is there now, then save again.")
        self.differences = dict(differences)
        self.version = version
        self.field = next(iter(self.differences), "")
        self.theirs, self.yours = self.differences.get(self.field, (None, None))
