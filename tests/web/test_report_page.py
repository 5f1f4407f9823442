"""Reports on the pages: making one, reading it, taking it along; the delegate gets the same."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from earnest.report import publish
from earnest.store import read
from tests.report import build
from tests.web.test_overview import page, reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

DAYS = {"from": str(build.weeks_ago(4)), "to": str(build.weeks_ago(0) - timedelta(days=1))}


def made(client: Client, **more: str) -> str:
    answer = client.post("/couriers/report", {**DAYS, "lang": "en", **more})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


@pytest.fixture
def couriers(home: Path) -> read.Programme:
    return build.fill(weeks=8, a_week=80, gap=())


def test_a_lead_makes_a_report_and_reads_it(couriers: read.Programme) -> None:
    lead = reader("couriers", "lead")
    said = page(lead, made(lead))
    assert "Scanning and photos rose most" in said
    assert said.count("<h1") == 1
    assert "How this was made" in said
    assert " style=" not in said


def test_the_delegate_reads_the_same_report(couriers: read.Programme) -> None:
    lead = reader("couriers", "lead")
    where = made(lead)
    delegate = reader("couriers", "delegate")
    report = re.compile(r'<ol class="three">.*</section>', re.DOTALL)
    mine, theirs = (report.search(page(client, where)) for client in (lead, delegate))
    assert mine
    assert theirs
    assert mine.group() == theirs.group()
    assert delegate.get(f"{where}.json").content == lead.get(f"{where}.json").content
    assert "Make the report" not in page(delegate, "/couriers/report")


@pytest.mark.parametrize("role", ["viewer", "delegate", "analyst"])
def test_who_may_not_make_a_report_is_told_so(couriers: read.Programme, role: str) -> None:
    assert reader("couriers", role).post("/couriers/report", DAYS).status_code == 403
    assert read.reports("couriers") == []


@pytest.mark.parametrize(
    ("format", "begins", "kind"),
    [
        ("html", b"<!DOCTYPE html>", "text/html"),
        ("pdf", b"%PDF", "application/pdf"),
        ("json", b"{", "application/json"),
        ("csv", b"section,", "text/csv"),
    ],
)
def test_a_report_is_taken_along_as_a_file(
    couriers: read.Programme, format: str, begins: bytes, kind: str
) -> None:
    lead = reader("couriers", "lead")
    answer = lead.get(f"{made(lead)}.{format}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert answer.headers["Content-Type"].startswith(kind)
    assert (
        f'filename="couriers-{DAYS["from"]}-to-{DAYS["to"]}.{format}"'
        in answer.headers["Content-Disposition"]
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({"from": "", "to": "2026-01-01"}, "A day is missing."),
        ({"from": "soon", "to": "2026-01-01"}, "'soon' is not a day."),
        ({"from": "2026-02-02", "to": "2026-01-01"}, "is after the last"),
        ({"from": "2999-02-02", "to": "2999-03-01"}, "has not come yet"),
    ],
)
def test_days_that_cannot_be_are_a_sentence_beside_the_form(
    couriers: read.Programme, days: dict[str, str], says: str
) -> None:
    answer = reader("couriers", "lead").post("/couriers/report", days)
    assert answer.status_code == 400
    said = unescape(answer.content.decode())
    assert says in said
    assert "Make the report" in said


def test_the_list_begins_empty_and_then_has_the_report(couriers: read.Programme) -> None:
    lead = reader("couriers", "lead")
    assert "No report was made yet." in page(lead, "/couriers/report")
    where = made(lead)
    listed = page(lead, "/couriers/report")
    assert where in listed
    assert f"{where}.pdf" in listed


@pytest.mark.parametrize(
    "address", ["/couriers/report/999", "/couriers/report/1.docx", "/couriers/report/999.pdf"]
)
def test_a_report_that_is_not_there_is_not_found(couriers: read.Programme, address: str) -> None:
    assert reader("couriers", "lead").get(address).status_code == 404


def test_a_report_of_another_programme_is_not_found(couriers: read.Programme) -> None:
    where = made(reader("couriers", "lead"))
    build.programme("shoppers", "customers")
    other = reader("shoppers", "steward")
    assert other.get(where.replace("couriers", "shoppers")).status_code == 404
    assert other.get(where).status_code == 403


def test_a_report_that_quoted_an_erased_post_goes_and_is_made_anew(home: Path) -> None:
    from earnest.store import write

    programme = build.fill("couriers", "customers", weeks=4, a_week=60, gap=())
    publish.publish(programme, build.weeks_ago(4), build.weeks_ago(0))
    (row,) = read.reports("couriers")
    lead = reader("couriers", "lead")
    where = f"/couriers/report/{row.id}"
    quoted = re.search(r"<blockquote[^>]*>[^<]*\((\d+)\)\s*</blockquote>", page(lead, where))
    assert quoted
    number = int(quoted.group(1))
    key = build.said("couriers", number, build.MONDAY, "pay.tips", "idea", speaker=None).post.key
    for place in (1, 2, 3):
        slug = build.PLACES[place - 1][0]
        found = next(one for one in _listening(slug))
        write.keep(found, [], erased=[key], cursor="9", heard=write.Hearing(at=datetime.now(UTC)))
    assert "This report was taken away" in page(lead, where)
    assert lead.get(f"{where}.pdf").status_code == 404
    assert lead.post(f"{where}/renew").status_code == 303
    again = page(lead, where)
    assert "How this was made" in again
    assert f"({number})" not in again


def _listening(slug: str) -> list[int]:
    return [place.id for place in read.listening_places() if place.slug == slug]
