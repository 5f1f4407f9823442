"""What a type of place promises, asked of one that is at hand: for those who write one.

    for one in declared(kind): …          what it says of itself
    for one in kept(lambda: open(…)): …   the contract's promises, against a place it can read

The contract's own tests (`contract.py`) ask more: an empty place and a damaged one, made by the author.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from earnest.record.errors import EarnestError
from earnest.sources.asks import asks
from earnest.sources.base import Source, SourceType
from earnest.sources.contract import SourceContract
from earnest.sources.credentials import borrowed

ASKED = (
    "test_there_is_a_page_and_only_the_last_is_done",
    "test_posts_have_an_id_and_aware_dates",
    "test_ids_are_unique_and_the_same_on_every_read",
    "test_every_cursor_is_json",
    "test_the_same_cursor_gives_the_same_page",
    "test_after_the_last_cursor_nothing_is_repeated",
    "test_a_cursor_from_elsewhere_is_a_clear_error",
    "test_what_can_be_listed_again_is_listed_whole_and_within_its_span",
)
"""Those that need nothing but the place."""

RANDOM = "test_killed_anywhere_and_resumed_nothing_is_lost_or_repeated"
"""Needs hypothesis."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise as a sentence; `problem` where it is not kept, `passed_over` where it could not be asked."""

    says: str
    problem: str = ""
    passed_over: str = ""


def declared(kind: SourceType) -> Iterator[Promise]:
    """What a type says of itself."""
    described = asks(kind)
    bare = [one.name for one in described if not one.operator and not one.sentence]
    login = borrowed(described)
    yield Promise("asks for nobody's login", f"'{login}' does" if login else "")
    yield Promise(
        "describes each setting in a sentence", f"{', '.join(bare)}: no description" if bare else ""
    )
    for name, what in (
        ("asks", "what the platform asks"),
        ("tested_against", "what it was tested against"),
        ("title", "what it reads"),
    ):
        yield Promise(f"says {what}", "" if getattr(kind, name).strip() else f"'{name}' is empty")
    if kind.secret:
        yield Promise("says how to get its key", "" if kind.key.strip() else "'key' is empty")


def kept(make: Callable[[], Source]) -> Iterator[Promise]:
    """The contract's promises, one after the other. `make` opens the same place anew each time.

    What a source raises is told by its class alone: its message may hold what somebody said.
    """

    class Asked(SourceContract):
        def source(self, folder: Path) -> Source:
            return make()

    contract = Asked()
    with tempfile.TemporaryDirectory() as folder:
        for name in ASKED:
            yield _kept(contract, name, Path(folder))
        if find_spec("hypothesis") is None:
            yield Promise(_says(RANDOM), passed_over="hypothesis is not installed")
        else:
            yield _kept(contract, RANDOM, Path(folder))
    yield Promise("an empty place and a damaged one", passed_over="its own tests make them")


def _kept(contract: SourceContract, name: str, folder: Path) -> Promise:
    try:
        getattr(contract, name)(folder)
    except AssertionError as error:
        return Promise(_says(name), str(error).removeprefix("The source contract asks: "))
    except EarnestError as error:
        return Promise(_says(name), error.sentence())
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        return Promise(_says(name), f"it broke ({type(error).__name__})")
    return Promise(_says(name))


def _says(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")
