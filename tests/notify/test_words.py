"""Messages in each language: every sentence is there, and holds what the English one holds."""

import string

import pytest

from earnest.notify import render, words
from earnest.notify.base import Notice
from earnest.notify.events import EVENTS
from earnest.notify.rules import Rules, settle
from earnest.store.shapes_cases import SEVERITIES, STATUSES

RULES = Rules(address="https://desk.example.org", floor=5, step=5)


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", sorted(words.WORDS))
def test_a_language_has_every_sentence_and_month(lang: str) -> None:
    said = words.WORDS[lang]
    assert {key: holes(text) for key, text in said.items()} == {
        key: holes(text) for key, text in words.ENGLISH.items()
    }
    assert len(said["months"].split()) == 12


@pytest.mark.parametrize("lang", sorted(words.WORDS))
def test_events_severities_and_statuses_have_their_words(lang: str) -> None:
    wanted = {f"event.{name}" for name in EVENTS} | {f"value.{one}" for one in (*SEVERITIES, *STATUSES)}
    assert wanted <= set(words.WORDS[lang])


def test_a_message_in_spanish_is_spanish_from_its_subject_to_its_foot() -> None:
    notice = Notice(
        words.say("es", "event.escalated", number=3),
        facts={"case": 3, "severity": "high", "voices": 2, "posts": 12_344},
        link="/riders/cases/3",
        lang="es",
    )
    text = render.text(settle(notice, RULES))
    assert text == (
        "Caso: 3\nGravedad: alta\nVoces: menos de 5\nMensajes: unos 12\u00a0345\n\n"
        "https://desk.example.org/riders/cases/3\n\n"
        "Enviado por Earnest. No contiene mensajes ni nombres; abra la mesa para leer."
    )


def test_a_language_that_nobody_speaks_here_is_english() -> None:
    shown = settle(Notice("", lang="tlh"), RULES)
    assert (shown.lang, shown.subject) == ("en", "News from the desk")
