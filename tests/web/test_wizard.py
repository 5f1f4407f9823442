"""Setting a programme up, on the pages and on the command line: nothing begins before everything is said."""

import json
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from earnest.desk import audit
from earnest.flow import intake, listen
from earnest.gate.voice import Keys
from earnest.record.errors import InputError, RefusedAudience, RefusedConfiguration
from earnest.report import publish
from earnest.store import draft, read, read_audit, write
from tests import programmes

As = Callable[[str], Client]

ANSWERS: dict[str, dict[str, str]] = {
    "purpose": {"purpose": "Find and mend what goes wrong at the depots.", "purpose_es": ""},
    "basis": {"lawful_basis": "legitimate_interests", "basis_note": "Balanced in May.", "directive": "yes"},
    "retention": {"retention_days": "120"},
    "contact": {"organisation": "Ternway Ltd", "contact": "listening@ternway.example"},
    "taxonomy": {"taxonomy": "gig-delivery"},
}


def body(response: object) -> str:
    return " ".join(unescape(response.content.decode()).split())


def words_of(page: str) -> str:
    """What a notice says below its title."""
    return page.partition('<div class="page-margin">')[2].partition("</main>")[0]


def begun(client: Client, audience: str = "workforce") -> None:
    answer = client.post(
        "/programmes/new", {"name": "Ternway depot crew", "slug": "crew", "audience": audience}
    )
    assert (answer.status_code, answer["Location"]) == (303, "/crew/setup/purpose")


def answered(client: Client, *leave_out: str) -> None:
    for step, given in ANSWERS.items():
        if step not in leave_out:
            assert client.post(f"/crew/setup/{step}", given).status_code == 303


def test_the_steps_lead_one_to_the_next_and_to_the_notice_and_then_it_begins(as_: As) -> None:
    client = as_("admin")
    begun(client)
    where = "/crew/setup/purpose"
    for step, given in ANSWERS.items():
        assert where == f"/crew/setup/{step}"
        assert client.get(where).status_code == 200
        where = client.post(where, given)["Location"]
    assert where == "/crew/setup/places"
    page = body(client.get(where))
    assert "Form of Ternway depot crew" in page
    preview = body(client.get("/crew/setup/notice"))
    assert "Not public yet" in preview
    assert "Let it begin" in preview
    assert Client().get("/notice/crew").status_code == 404
    assert client.post("/crew/setup/live")["Location"] == "/crew/setup"
    public = body(Client().get("/notice/crew"))
    assert words_of(preview) == words_of(public)
    assert read.programme("crew").live


@pytest.mark.parametrize("step", [*ANSWERS, "places", "audience"])
def test_every_step_shows_what_was_written(as_: As, step: str) -> None:
    client = as_("admin")
    begun(client)
    answered(client)
    page = body(client.get(f"/crew/setup/{step}"))
    for value in ANSWERS.get(step, {}).values():
        assert value in page or f'value="{value}" required checked' in page


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ("purpose", "a purpose"),
        ("basis", "a lawful basis and the statement on article 7"),
        ("contact", "a contact"),
        ("retention", "how long posts are kept"),
    ],
)
def test_it_does_not_begin_while_something_is_missing(as_: As, left_out: str, named: str) -> None:
    client = as_("admin")
    begun(client)
    answered(client, left_out)
    assert named in body(client.get("/crew/setup"))
    answer = client.post("/crew/setup/live")
    assert answer.status_code == 400
    assert named in body(answer)
    assert not read.programme("crew").live


@pytest.mark.parametrize(
    ("step", "given", "sentence"),
    [
        ("purpose", {"purpose": ""}, "“Purpose” is empty."),
        ("purpose", {"purpose": "Identify union organisers."}, "would pick out protected speech"),
        ("purpose", {"purpose": "Find out who leaves reviews and dismiss them."}, "would lead to a person"),
        (
            "purpose",
            {"purpose": "To help.", "purpose_es": "Saber quién organiza la huelga."},
            "protected speech",
        ),
        ("purpose", {"purpose": "word " * 500}, "longer than 2,000 characters"),
        ("basis", {}, "Nothing of the list was chosen."),
        ("basis", {"lawful_basis": "because"}, "That is not on the list."),
        ("retention", {"retention_days": "soon"}, "is not a number of days"),
        ("retention", {"retention_days": "0"}, "at least a day"),
        ("retention", {"retention_days": "9999"}, "at most ten years"),
        ("contact", {"contact": "  "}, "“Contact” is empty."),
        ("taxonomy", {"taxonomy": "../etc"}, "That is not on the list."),
        ("audience", {"name": "Union members", "audience": "workforce"}, "would pick out protected speech"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_said_in_a_sentence_and_what_was_written_stands(
    as_: As, step: str, given: dict[str, str], sentence: str
) -> None:
    client = as_("admin")
    begun(client)
    before = read.programme("crew")
    answer = client.post(f"/crew/setup/{step}", given)
    assert answer.status_code == 400
    assert sentence in body(answer)
    if given.get("purpose", "").strip():
        assert given["purpose"].strip() in body(answer)
    assert read.programme("crew") == before


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "", "audience": "customers"}, "“Name” is empty."),
        ({"name": "Depots", "audience": "everybody"}, "That is not on the list."),
        ({"name": "Depots"}, "Nothing of the list was chosen."),
        (
            {"name": "Riders", "slug": "riders", "audience": "customers"},
            "There is already a programme 'riders'.",
        ),
        ({"name": "API", "slug": "api", "audience": "customers"}, "A programme cannot be called 'api'."),
        ({"name": "Repeat complainers", "audience": "customers"}, "would lead to a person"),
    ],
    ids=[
        "no name",
        "an audience that is none",
        "no audience",
        "a name in use",
        "an address in use",
        "people",
    ],
)
def test_a_new_one_is_refused(as_: As, given: dict[str, str], sentence: str) -> None:
    answer = as_("admin").post("/programmes/new", given)
    assert answer.status_code == 400
    assert sentence in body(answer)


@pytest.mark.parametrize("who", ["viewer", "analyst", "lead", "steward", "delegate", "nobody"])
def test_only_an_admin_adds_programmes(as_: As, who: str) -> None:
    assert as_(who).get("/programmes/new").status_code == 403
    assert as_(who).post("/programmes/new", {"name": "X", "audience": "customers"}).status_code == 403
    assert Client().get("/programmes/new").status_code == 302


@pytest.mark.parametrize("who", ["viewer", "analyst", "lead", "delegate", "nobody"])
def test_only_who_keeps_the_terms_sees_and_changes_them(as_: As, who: str) -> None:
    for url in ("/riders/setup", "/riders/setup/purpose", "/riders/setup/notice"):
        assert as_(who).get(url).status_code == 403
    assert as_(who).post("/riders/setup/purpose", {"purpose": "Something else."}).status_code == 403
    assert as_(who).post("/riders/setup/live").status_code == 403


def test_a_steward_changes_a_live_programme_but_never_makes_it_incomplete(as_: As) -> None:
    client = as_("steward")
    assert client.post("/riders/setup/retention", {"retention_days": "90"})["Location"] == "/riders/setup"
    assert "90 days." in body(Client().get("/notice/riders"))
    with pytest.raises(InputError, match="a purpose"):
        write.change_programme("riders", purpose=" ")
    with pytest.raises(InputError, match="statement"):
        write.change_programme("riders", directive=False)
    assert read.programme("riders").purpose


def test_the_audience_stands_from_the_first_post_on(as_: As) -> None:
    answer = as_("steward").post("/riders/setup/audience", {"name": "Riders", "audience": "customers"})
    assert answer.status_code == 400
    assert "The audience stands from the first post on" in body(answer)
    assert read.programme("riders").audience == "workforce"
    assert read.programme("riders").name == "Ternway couriers"


def test_every_change_is_a_link_of_the_audit_chain_without_its_words(as_: As) -> None:
    from django.contrib.auth import get_user_model

    client = as_("admin")
    begun(client)
    answered(client)
    client.post("/crew/setup/live")
    links = list(read_audit.links(programme="crew"))
    person = f"person:{get_user_model().objects.get(username='admin').pk}"
    actions = [link.action for link in links]
    assert {"programme_added", "programme_changed", "went_live"} <= set(actions)
    assert {link.actor for link in links} == {person}
    assert not any("Balanced" in str(link) or "depots." in str(link.detail) for link in links)
    assert audit.ACTIONS.keys() >= set(actions)


class TestADraft:
    """Is not listened to, imported into, shown or reported."""

    @pytest.fixture(autouse=True)
    def _draft(self, desk: None, home: Path) -> None:
        Keys.make(home / "keys" / "voices.key")
        write.add_programme("hidden", "Hidden", "customers", purpose="To help.", contact="a@b.example")
        self.place = write.add_place("hidden", "form", title="Form", type="submit", kind="addressed")

    def test_its_places_are_not_due(self) -> None:
        assert "hidden" not in {place.programme for place in read.listening_places()}

    def test_it_is_not_listened_to(self, home: Path) -> None:
        place = read.listening_place("hidden", "form")
        with pytest.raises(InputError, match="is a draft: it still lacks a lawful basis"):
            listen.open_stages(
                place, Keys.open(home / "keys" / "voices.key"), listen.model_for("gig-delivery", home)
            )

    def test_it_is_not_imported_into(self, home: Path) -> None:
        with pytest.raises(InputError, match="is a draft: it still lacks a lawful basis") as caught:
            intake.file_job("hidden", "reviews", {}, home)
        assert "/hidden/setup" in caught.value.advice
        assert read.place("hidden", "reviews") is None

    def test_it_is_not_reported(self) -> None:
        programme = read.programme("hidden")
        with pytest.raises(InputError, match="is a draft"):
            publish.publish(programme, *publish.default_range(draft_day()))

    @pytest.mark.parametrize("url", ["/say/hidden", "/api/submit/hidden"])
    def test_nothing_is_taken_at_its_doors(self, url: str) -> None:
        assert Client().post(url, {"text": "hello there"}).status_code == 404

    @pytest.mark.parametrize(
        ("who", "status"), [("admin", 302), ("steward", 302), ("viewer", 403), ("delegate", 403)]
    )
    @pytest.mark.parametrize("room", ["overview", "live", "posts", "places", "taxonomy", "report"])
    def test_its_rooms_are_shut(self, as_: As, who: str, status: int, room: str) -> None:
        from earnest.desk import access

        if who != "admin":
            access.add_person(who, "hidden", who)
        answer = as_(who).get(f"/hidden/{room}")
        assert answer.status_code == status
        if status == 302:
            assert answer["Location"] == "/hidden/setup"

    def test_the_stream_is_shut(self, as_: As) -> None:
        assert as_("admin").get("/hidden/live/stream").status_code == 403

    def test_it_begins_once_all_is_there(self) -> None:
        write.change_programme("hidden", lawful_basis="Consent")
        write.go_live("hidden")
        assert "hidden" in {place.programme for place in read.listening_places()}


def draft_day() -> object:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


@pytest.mark.django_db
class TestTheTerms:
    """What may be written, at the store's own door."""

    @pytest.mark.parametrize(
        ("terms", "lacks"),
        [
            ({"purpose": ""}, "a purpose"),
            ({"purpose": "   "}, "a purpose"),
            ({"lawful_basis": ""}, "a lawful basis"),
            ({"contact": ""}, "a contact"),
            ({"directive": False}, "the statement on article 7 of Directive (EU) 2024/2831"),
            (
                {"purpose": "", "lawful_basis": "", "contact": ""},
                "a purpose, a lawful basis and a contact",
            ),
        ],
    )
    def test_what_is_missing_is_named_all_at_once(self, terms: dict[str, object], lacks: str) -> None:
        with pytest.raises(InputError) as caught:
            programmes.live("riders", audience="workforce", **terms)
        assert draft.listed(draft.missing(read.programme("riders"))) == lacks
        assert lacks in caught.value.sentence()

    @pytest.mark.parametrize(
        ("said", "meant", "note"),
        [
            ("legitimate_interests", "legitimate_interests", ""),
            ("legitimate-interests", "legitimate_interests", ""),
            ("6(1)(f)", "legitimate_interests", ""),
            ("Legitimate interest", "legitimate_interests", "Legitimate interest"),
            ("Legitimate interest; balanced", "legitimate_interests", "Legitimate interest; balanced"),
            ("Consent", "consent", ""),
            ("Interés legítimo", "legitimate_interests", ""),
            ("a legal duty under the Act", "legal_obligation", "a legal duty under the Act"),
        ],
    )
    def test_a_lawful_basis_is_understood_in_the_operators_words(
        self, said: str, meant: str, note: str
    ) -> None:
        programmes.live("riders", lawful_basis=said)
        found = read.programme("riders")
        assert (found.lawful_basis, found.basis_note) == (meant, note)

    @pytest.mark.parametrize("said", ["because we can", "article 9", "x"])
    def test_what_is_no_basis_of_the_article_is_refused(self, said: str) -> None:
        with pytest.raises(InputError, match="none of article 6"):
            programmes.live("riders", lawful_basis=said)

    def test_an_audience_changes_until_the_first_post_and_never_past_its_places(self) -> None:
        programmes.live("riders")
        write.change_programme("riders", audience="workforce", directive=True)
        write.change_programme("riders", audience="customers")
        write.add_place("riders", "forum", title="The forum", type="feed", kind="open")
        with pytest.raises(RefusedAudience, match="The forum"):
            write.change_programme("riders", audience="workforce")
        assert read.programme("riders").audience == "customers"


def test_a_purpose_written_past_the_pages_is_judged_when_it_begins(db: None) -> None:
    from earnest.flow.programmes import begin

    write.add_programme("x", "X", "customers", **programmes.TERMS | {"purpose": "Identify union organisers."})
    with pytest.raises(RefusedConfiguration):
        begin("x", actor="cli")
    assert not read.programme("x").live


def test_the_default_programme_is_live_with_its_own_terms(db: None) -> None:
    slug = write.default_programme()
    found = read.programme(slug)
    assert found.live
    assert draft.missing(found) == []
    answer = Client().get(f"/notice/{slug}.json")
    assert json.loads(answer.content)["lawful_basis"]["id"] == "legitimate_interests"
