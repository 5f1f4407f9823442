"""Every page in both languages: no text outside the catalogue; the catalogue whole, in Spanish, compiled."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

import polib
import pytest
from django.test import Client

from earnest.desk import accesses
from earnest.store import draft
from earnest.store.alert_shapes import DEFAULTS
from earnest.understand.versions import Do
from earnest.web import access_words, setup_steps, taxonomy_words, words
from tests.web import bare, doors

WEB = Path(__file__).resolve().parents[2] / "src/earnest/web"
TEMPLATES = WEB / "templates"
SPANISH = WEB / "locale/es/LC_MESSAGES/django.po"

ELSEWHERE = frozenset({"live_stream", "report_file"})
"""Addresses of a programme that answer with no page: a stream without an end; a file in its own language."""

EXEMPT = {
    "web/notice/en.html": "the public notice has a template for each of its languages",
    "web/notice/es.html": "the public notice has a template for each of its languages",
    "web/leave/mine.html": "what looks like words is the beginning of a code",
    "web/public.html": "public pages choose their language by themselves and have both here",
}
"""Templates that may hold text outside a translation, and why."""


@pytest.mark.parametrize(
    "name", sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
)
def test_every_text_of_a_template_is_marked_for_translation(name: str) -> None:
    found = list(bare.texts((TEMPLATES / name).read_text()))
    assert bool(found) == (name in EXEMPT), found


@pytest.fixture(scope="module")
def spanish() -> polib.POFile:
    return polib.pofile(str(SPANISH))


def test_every_sentence_has_its_spanish(spanish: polib.POFile) -> None:
    assert [entry.msgid for entry in spanish.untranslated_entries()] == []
    assert [entry.msgid for entry in spanish.fuzzy_entries()] == []
    assert [entry.msgid for entry in spanish.obsolete_entries()] == []


def test_the_spanish_has_the_same_names_and_marks_as_the_english(spanish: polib.POFile) -> None:
    odd = [
        (entry.msgid, said)
        for entry in spanish
        for english, said in _pairs(entry)
        if _parts(said) != _parts(english)
    ]
    assert odd == []


PARTS = re.compile(r"%\(\w+\)[sd]|%%|</?[a-z][^>]*>")
"""What a translation keeps as it is: names that are filled in, and marks of the page."""


def _parts(text: str) -> Counter[str]:
    return Counter(PARTS.findall(text))


def _pairs(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Each Spanish text with the English one it stands for. "One" may be written out in the singular."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    forms = dict(entry.msgstr_plural)
    return [(entry.msgid, forms[0]), (entry.msgid_plural, forms[1])]


def test_what_is_read_is_what_was_written(spanish: polib.POFile) -> None:
    compiled = polib.mofile(str(SPANISH.with_suffix(".mo")))
    assert _said(compiled) == _said(spanish), "run make messages"


def _said(catalogue: Iterable[polib.MOEntry | polib.POEntry]) -> dict[tuple[str, str], list[str]]:
    found = {}
    for entry in catalogue:
        said = [entry.msgstr] if not entry.msgid_plural else [entry.msgstr_plural[form] for form in (0, 1)]
        if all(said) and not getattr(entry, "fuzzy", False):
            found[entry.msgctxt or "", entry.msgid] = said
    return found


@pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="needs GNU gettext, which takes the sentences out"
)
def test_the_catalogue_has_every_sentence_of_the_pages(tmp_path: Path, spanish: polib.POFile) -> None:
    here = tmp_path / "web"
    shutil.copytree(WEB, here, ignore=shutil.ignore_patterns("locale", "static", "__pycache__"))
    (here / "locale").mkdir()
    asked = ["makemessages", "--locale", "es", "--no-wrap", "--no-location"]
    subprocess.run(
        [sys.executable, "-m", "django", *asked], cwd=here, env=_plain(), check=True, capture_output=True
    )
    fresh = {_key(entry) for entry in polib.pofile(str(here / "locale/es/LC_MESSAGES/django.po"))}
    known = {_key(entry) for entry in spanish if not entry.obsolete}
    assert (sorted(fresh - known), sorted(known - fresh)) == ([], []), "run make messages"


def _key(entry: polib.POEntry) -> tuple[str, str, str]:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural


def _plain() -> dict[str, str]:
    """Without the settings, which know folders outside the copy."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def test_every_page_speaks_the_language_that_is_asked_for(as_: Callable[[str], Client]) -> None:
    """Each address answers, and its page says that it is in Spanish."""
    client, odd = as_("admin"), []
    for door in doors.every():
        if not door.of_programme or door.name in ELSEWHERE:
            continue
        answer = client.get(door.address("riders"), headers={"Accept-Language": "es"})
        page = answer.content.decode() if "html" in answer.headers.get("Content-Type", "") else ""
        if answer.status_code >= 500 or ("<html" in page and '<html lang="es"' not in page):
            odd.append((door.name, answer.status_code, page[:80]))
    assert odd == []


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (access_words.DID, accesses.READS),
        (access_words.WHO, [role for role in accesses.WHO if role]),
        (setup_steps.OWED, [one.what for one in draft.OWED]),
        (taxonomy_words.SAYS, get_args(Do)),
        (taxonomy_words.DOES, get_args(Do)),
        (words.RULES, [rule.name for rule in DEFAULTS]),
    ],
    ids=[
        "what counts as an access",
        "who it was",
        "what a draft owes",
        "a step of a taxonomy",
        "its name",
        "rules of alerts",
    ],
)
def test_what_other_parts_name_has_its_words_here(said: dict[str, object], codes: list[str]) -> None:
    assert set(said) == set(codes)
