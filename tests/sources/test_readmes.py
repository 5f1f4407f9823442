"""Every source's folder says what it reads, what it asks, and what it was tested against."""

import re
from pathlib import Path

import pytest

from earnest.sources import registry
from earnest.sources.base import SourceType
from earnest.sources.registry import BUILT_IN

SOURCES = Path(registry.__file__).parent
FOLDERS = sorted(path.parent.name for path in SOURCES.glob("*/source.py"))
TYPES = {kind.type: kind for kind in BUILT_IN}
EVERY = pytest.mark.parametrize("folder", FOLDERS)


def readme(folder: str) -> str:
    return (SOURCES / folder / "README.md").read_text("utf-8")


def test_a_folder_is_a_type_and_a_type_a_folder() -> None:
    assert sorted(TYPES) == FOLDERS


THINGS: dict[str, str] = {
    "what it reads": r"read|list",
    "what the platform asks": r"asks|terms|licen[cs]e|robots|opt",
    "the key": r"\bkeys?\b|token|secret|app password|nothing to set",
    "its settings": r"settings?|nothing to set",
    "its cursor": r"cursor|position|spool",
    "edits and deletions": r"edit|delet|gone|never changes|append",
    "opting out": r"opt|flags?|leav|noindex|#no",
    "its limits": r"limits?|at most|the most|longest|cap",
    "what it was tested against": r"tested against|synthetic",
    "its samples": r"samples?|synthetic",
}
"""The ten things, by words that any page saying them has."""


@EVERY
def test_its_readme_says_the_ten_things(folder: str) -> None:
    text = readme(folder).lower()
    missing = [thing for thing, words in THINGS.items() if not re.search(words, text)]
    assert not missing or folder in SHORT, missing


SHORT = frozenset({"sample", "submit"})
"""What reads nothing of others' has less to say."""


@EVERY
def test_its_readme_is_called_by_its_type_and_names_every_setting(folder: str) -> None:
    from earnest.sources.asks import asked

    text = readme(folder)
    assert text.startswith(f"# {folder}")
    missing = [
        one.name for one in asked(TYPES[folder]) if f"`{one.name}`" not in text and one.name not in text
    ]
    assert not missing


@EVERY
def test_its_samples_are_there_and_say_what_they_are(folder: str) -> None:
    samples = [path for path in (SOURCES / folder / "samples").rglob("*") if path.is_file()]
    assert samples
    assert re.search(r"synthetic|recorded|own recording", readme(folder).lower())


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
def test_what_it_was_tested_against_is_said_alike_to_people_and_machines(kind: SourceType) -> None:
    assert len(kind.tested_against) > 3
    assert not re.search(r"\b(?:TODO|TBD)\b|^recordings$", kind.tested_against)
    text = readme(kind.type).lower()
    if "stand-in" in kind.tested_against or "synthetic" in kind.tested_against:
        assert "stand-in" in text or "synthetic" in text
