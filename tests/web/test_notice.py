"""The public notice: what it says, to people and to machines, in both languages, and what it never says."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import jsonschema
import pytest
from django.test import Client

from earnest.desk import access
from earnest.record import basis
from earnest.store import read, write
from earnest.web import notice, notice_words
from tests import programmes

OPEN = {
    "title": "Posts", "kind": "open", "type": "feed", "region": None, "lang": None, "since": None,
    "state": "unknown", "consent": None,
}  # fmt: skip
SCHEMA = Path(notice.__file__).parent / "schemas" / "notice-1.json"


def said(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def full(desk: None) -> None:
    """Everything an operator may write is written."""
    write.change_programme(
        "riders",
        organisation="Ternway Ltd",
        purpose_es="Encontrar y arreglar lo que falla en el trabajo.",
        complaint="complaints@ternway.example",
        officer="privacy@ternway.example",
        supervisor="AEPD, https://www.aepd.es",
        basis_note="The assessment is at https://ternway.example/lia",
    )


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        (
            "en",
            [
                "Ternway Ltd, for Ternway couriers.",
                "mailto:listening@ternway.example",
                "mailto:complaints@ternway.example",
                "mailto:privacy@ternway.example",
                'href="https://www.aepd.es"',
                "To find problems with the work and mend them: wrong pay, bad routes, faults in the app.",
                "Legitimate interests (GDPR, article 6(1)(f)).",
                basis.DIRECTIVE["en"],
                "180 days.",
                "Those about fewer than 10 voices are hidden.",
                "/leave/riders?lang=en",
                "#noearnest",
                "Their own delegate reads the same reports as the operator, on the same day",
                "No report was made yet.",
                *notice_words.REFUSED["en"],
                *notice_words.RIGHTS["en"],
            ],
        ),
        (
            "es",
            [
                "Encontrar y arreglar lo que falla en el trabajo.",
                "Interés legítimo (RGPD, artículo 6(1)(f)).",
                basis.DIRECTIVE["es"],
                "180 días.",
                "/leave/riders?lang=es",
                "#noescuchen",
                "Todavía no se ha hecho ningún informe.",
                *notice_words.REFUSED["es"],
                *notice_words.RIGHTS["es"],
            ],
        ),
    ],
    ids=["in English", "in Spanish"],
)
def test_it_says_who_why_on_what_ground_for_how_long_what_is_refused_and_how_to_leave(
    client: Client, full: None, lang: str, sentences: list[str]
) -> None:
    page = said(client, f"/notice/riders?lang={lang}")
    assert [sentence for sentence in sentences if sentence not in page] == []


@pytest.mark.parametrize(
    ("query", "accept", "lang", "sentence"),
    [
        ("", "", "en", "How to leave"),
        ("", "es-MX,es;q=0.9,en;q=0.5", "es", "Cómo irse"),
        ("", "fr, en;q=0.4", "en", "How to leave"),
        ("?lang=es", "en", "es", "Cómo irse"),
        ("?lang=xx", "es", "es", "Cómo irse"),
    ],
)
def test_it_speaks_the_readers_language(
    client: Client, desk: None, query: str, accept: str, lang: str, sentence: str
) -> None:
    answer = client.get(f"/notice/riders{query}", headers={"Accept-Language": accept})
    page = unescape(answer.content.decode())
    assert f'<html lang="{lang}">' in page
    assert sentence in page
    assert answer["Content-Language"] == lang


def test_every_place_stands_in_it_with_kind_since_when_and_how_it_is_doing(
    client: Client, desk: None
) -> None:
    page = said(client, "/notice/riders")
    for words in ("App reviews", "Bristol riders", "Leeds couriers", "The form", "said to us"):
        assert words in page
    assert page.count("invited, notice pinned") == 2
    opened = datetime.now(UTC) - timedelta(days=60)
    assert f">{opened:%Y-%m-%d}<" in page


def test_the_history_tells_what_and_when_and_outlives_the_place(client: Client, desk: None) -> None:
    place = read.listening_place("riders", "bristol")
    write.end_consent(place.id, datetime.now(UTC), "unpublished")
    page = said(client, "/notice/riders")
    assert "<b>Bristol riders</b> closed: notice unpinned" in page
    assert "<b>Bristol riders</b> opened" in page
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "Bristol riders" not in table
    answer = client.get("/notice/riders.json").json()
    assert answer["history"][0] | {"at": ""} == {
        "place": "Bristol riders",
        "what": "closed",
        "at": "",
        "says": "closed: notice unpinned",
    }


@pytest.mark.parametrize("programme", ["riders", "shoppers", "new"])
def test_the_json_keeps_to_its_schema(client: Client, full: None, programme: str) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    answer = client.get(f"/notice/{programme}.json")
    jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    ).validate(answer.json())
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "change",
    [
        {"sentiment": True},
        {"delegate": None},
        {"places": [OPEN]},
        {"author": "somebody"},
    ],
    ids=["a workforce with feelings", "a workforce without a delegate", "in public", "a new field"],
)
def test_the_schema_itself_refuses_a_workforce_notice_that_breaks_its_promise(
    client: Client, full: None, change: dict[str, object]
) -> None:
    answer = client.get("/notice/riders.json").json() | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(answer)


def test_the_json_names_its_schema_which_is_served_beside_it(client: Client, desk: None) -> None:
    address = client.get("/notice/riders.json").json()["$schema"]
    assert address == "http://testserver/schema/notice-1.json"
    answer = client.get(address)
    assert answer["Content-Type"] == "application/schema+json"
    assert answer.json() == json.loads(SCHEMA.read_text())
    assert client.get("/schema/notice-2.json").status_code == 404
    assert client.get("/schema/..%2Fnotice.py").status_code == 404


def test_the_json_says_the_same_as_the_page(client: Client, full: None) -> None:
    answer = client.get("/notice/riders.json").json()
    page = said(client, "/notice/riders")
    for words in (
        answer["who"]["organisation"],
        answer["who"]["contact"],
        answer["who"]["complaints"],
        answer["purpose"]["en"],
        answer["lawful_basis"]["means"]["en"],
        answer["directive_2024_2831"]["en"],
        *answer["refused"]["en"],
        *(place["title"] for place in answer["places"]),
    ):
        assert words in page
    assert (answer["sentiment"], answer["quotes"], answer["kept"]["smallest_figure_voices"]) == (
        False,
        False,
        10,
    )
    assert answer["leave"]["page"] == "http://testserver/leave/riders"
    assert "#noearnest" in answer["leave"]["words"]


def test_the_list_of_this_installation_has_the_live_ones_and_no_draft(client: Client, desk: None) -> None:
    write.add_programme("hidden", "Hidden", "customers")
    answer = client.get("/.well-known/earnest.json")
    listed = answer.json()["programmes"]
    assert {one["programme"] for one in listed} == {"riders", "shoppers", "new"}
    for one in listed:
        assert client.get(one["notice"]).status_code == 200
        assert client.get(one["json"]).status_code == 200
    assert "hidden" not in answer.content.decode().lower()


@pytest.mark.parametrize("url", ["/notice/hidden", "/notice/hidden.json", "/say/hidden", "/leave/hidden"])
def test_a_draft_has_no_public_page(client: Client, desk: None, url: str) -> None:
    programmes.write.add_programme("hidden", "Hidden", "customers", **programmes.TERMS)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    "url", ["/notice/riders", "/notice/riders.json", "/schema/notice-1.json", "/.well-known/earnest.json"]
)
def test_what_did_not_change_is_not_sent_again(client: Client, desk: None, url: str) -> None:
    first = client.get(url)
    assert first["Cache-Control"] == "public, max-age=300"
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    write.change_programme("riders", name="Ternway riders")
    changed = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == (304 if url.startswith("/schema") else 200)


def test_the_page_holds_nothing_of_its_reader(full: None) -> None:
    """It may be kept by caches between us and others: everybody gets the same bytes and no cookie."""
    from django.contrib.auth import get_user_model

    reader, stranger = Client(), Client()
    reader.force_login(get_user_model().objects.get(username="admin"))
    first, second = reader.get("/notice/riders"), stranger.get("/notice/riders")
    assert first.content == second.content
    assert not second.cookies
    assert "Cookie" not in first.get("Vary", "")
    assert "csrf" not in first.content.decode()


def test_what_an_operator_writes_is_never_markup(client: Client, desk: None) -> None:
    hostile = '<script>alert(1)</script> & "quoted"'
    texts = (
        "name", "organisation", "purpose", "purpose_es", "basis_note", "contact", "complaint", "officer",
        "supervisor",
    )  # fmt: skip
    write.change_programme("riders", **dict.fromkeys(texts, hostile))
    for lang in ("en", "es"):
        raw = client.get(f"/notice/riders?lang={lang}").content.decode()
        assert "<script>alert" not in raw
        assert raw.count("&lt;script&gt;") >= 6


def test_without_style_its_order_is_that_of_the_text(client: Client, desk: None) -> None:
    """Headings in one order, every place in a table with heads, nothing said by style alone."""
    raw = client.get("/notice/riders").content.decode()
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", raw) == [
        "In short",
        "Who listens",
        "Where",
        "Why",
        "What is kept, and how long",
        "What is refused",
        "How to leave",
        "Consent history",
        "How to complain",
    ]
    assert " style=" not in raw
    assert '<th scope="col">' in raw


def test_the_last_report_is_the_delegates_too(client: Client, desk: None, home: Path) -> None:
    day = datetime.now(UTC).date()
    write.add_report("riders", day - timedelta(days=7), day, {"html": b"<p>report</p>"})
    assert f"The last report was given to the delegate on {day}" in said(client, "/notice/riders")
    assert client.get("/notice/riders.json").json()["delegate"]["last_report"].startswith(str(day))


def test_where_no_delegate_was_named_it_is_said(client: Client, desk: None) -> None:
    access.add_person("delegate", "riders", "viewer")
    assert "No delegate was named yet." in said(client, "/notice/riders")
