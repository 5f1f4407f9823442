"""A report on cases: told in the words that a lead chose, with what came after, and honest when none."""

import json
from datetime import timedelta

import pytest

from earnest.desk import access, actions, cases
from earnest.report import publish, render
from earnest.store import read
from tests.desk.weeks import LABEL, day, said
from tests.store.build import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(home):
    return desk("crew", "workforce")


@pytest.fixture
def ana(place):
    return access.add_person("ana", "crew", "lead")


@pytest.fixture
def case(place, ana):
    """Tips, acted on 29 days ago; complaints half as many since."""
    said(place, 86, 29, about=8, others=6, rest=10, voices=60, name="b")
    said(place, 29, 0, about=4, others=6, rest=10, voices=60, name="a")
    rows = read.posts("crew", read.Filters(labels=(LABEL,)), limit=5).rows
    number = cases.open_case("crew", "Did Bob forget the tips?", by=ana, posts=[row.id for row in rows])
    cases.note("crew", number, "Asked payments.", by=ana)
    return number


def acted(case, ana, what="Tips re-run", **more):
    id = actions.record("crew", case, what=what, on=day(29), by=ana, **more)
    actions.change("crew", id, by=ana, seen=1, told=True, may_tell=True)
    return id


def made(lang="en"):
    return render.make(read.programme("crew"), day(60), day(-1), lang=lang)


def part(report):
    return next((one for one in report.story.sections if one.id == "cases"), None)


def text(report):
    section = part(report)
    words = [section.heading, *section.prose, *section.aside]
    for block in section.blocks:
        if block.kind == "table":
            words += [cell for row in block.grid.rows for cell in row]
        if block.kind == "facts":
            words += [fact.text for fact in block.facts]
    return " ".join(words)


def test_where_no_case_ever_was_nothing_is_said(place, ana):
    assert part(made()) is None


def test_a_case_that_nobody_let_reports_tell_is_a_number_only(case, ana):
    actions.record("crew", case, what="Tips re-run", on=day(29), by=ana)
    report = made()
    assert "One case was opened in these days" in text(report)
    assert "None of the cases may be told here" in text(report)
    whole = report.html() + report.csv() + report.json()
    assert b"Bob" not in whole
    assert b"re-run" not in whole
    assert report.figures.cases.told == ()


def test_a_case_is_told_in_the_words_that_were_chosen_with_what_came_after(case, ana):
    actions.tell_case("crew", case, "Missing tips", by=ana)
    acted(case, ana)
    actions.record("crew", case, what="Told nobody", on=day(28), by=ana)
    found = text(made())
    assert "Missing tips" in found
    assert "Tips re-run." in found
    assert "down by about half" in found
    assert "because" not in found
    assert "Bob" not in found
    assert "Told nobody" not in found


def test_every_format_tells_the_same(case, ana):
    actions.tell_case("crew", case, "=Missing tips", by=ana)
    acted(case, ana)
    report = made()
    figures = json.loads(report.json())["figures"]["cases"]
    assert figures["told"][0]["title"] == "=Missing tips"
    assert figures["told"][0]["effect"]["verdict"] == "down"
    assert 35 <= figures["told"][0]["effect"]["left"] <= 65
    rows = [row.split(",") for row in report.csv().decode().splitlines()]
    assert rows[0] != ["case", "percent left"]
    assert any(row[0] == '"case' and "came after" in row[1] and "down" in row for row in rows)
    assert "'=Missing tips" in report.csv().decode()
    html = report.html().decode()
    assert "=Missing tips" in html
    assert html.count('class="wide"') >= 1
    assert "down by about half" in html


def test_spanish_says_it_in_spanish(case, ana):
    actions.tell_case("crew", case, "Propinas que faltan", by=ana)
    acted(case, ana)
    assert "bajaron a cerca de la mitad" in text(made("es"))


def test_a_plan_is_told_as_a_plan(case, ana):
    actions.tell_case("crew", case, "Missing tips", by=ana)
    id = actions.record("crew", case, what="A new statement", on=day(-20), by=ana)
    actions.change("crew", id, by=ana, seen=1, told=True, may_tell=True)
    found = text(made())
    assert "planned for" in found
    assert "nothing was done yet" in found


def test_few_voices_after_are_never_a_number(place, ana):
    said(place, 86, 29, about=8, others=6, rest=10, voices=60, name="b")
    said(place, 29, 0, about=0.6, others=6, rest=10, voices=60, name="a")
    rows = read.posts("crew", read.Filters(labels=(LABEL,)), limit=5).rows
    number = cases.open_case("crew", "Tips", by=ana, posts=[row.id for row in rows])
    actions.tell_case("crew", number, "Missing tips", by=ana)
    acted(number, ana)
    effect = made().figures.cases.told[0].effect
    assert (effect.verdict, effect.left, effect.low, effect.high, effect.voices) == (
        "down",
        None,
        None,
        None,
        None,
    )
    assert "fewer than 10" in effect.sentence


def test_the_delegate_reads_the_same(case, ana):
    actions.tell_case("crew", case, "Missing tips", by=ana)
    acted(case, ana)
    id = publish.publish(read.programme("crew"), day(60), day(0) + timedelta(days=1))
    assert "Missing tips" in publish.page(id)


@pytest.mark.slow
def test_the_pdf_holds_the_chart(case, ana):
    pytest.importorskip("typst", reason="the PDF needs the extra 'pdf'")
    actions.tell_case("crew", case, "Missing tips", by=ana)
    acted(case, ana)
    assert made().pdf().startswith(b"%PDF")
