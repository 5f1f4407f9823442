"""The Python client: what it asks for, how often it tries, and what it makes of errors."""

import doctest
from datetime import date
from typing import Any

import httpx
import pytest

import earnest.client as client
from earnest.client import Busy, ChangedSince, Desk, NotAllowed, NotSignedIn, NotThere, NotValid, Unreachable
from tests.api.conftest import Program, token_of


class Through(httpx.BaseTransport):
    """Carries the client's requests to the site itself."""

    def __init__(self) -> None:
        self.site, self.seen = Program(), []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        headers = {
            name: value for name, value in request.headers.items() if name not in ("host", "content-length")
        }
        kind = request.headers.get("Content-Type", "")
        path = request.url.raw_path.decode()
        answer = self.site.generic(request.method, path, request.content, kind, headers=headers)
        return httpx.Response(answer.status_code, headers=dict(answer.items()), content=answer.content)


@pytest.fixture
def desk_of(desk):
    def made(name: str = "lead", **more: Any) -> Desk:
        return Desk(
            "http://testserver",
            token=token_of(name),
            programme="riders",
            transport=Through(),
            sleep=lambda _: None,
            **more,
        )

    return made


def answering(*answers: Any, tries: int = 3) -> tuple[Desk, list[httpx.Request], list[float]]:
    """A client to which these answers are given, one after the other."""
    waiting, seen, slept = list(answers), [], []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        one = waiting.pop(0)
        if isinstance(one, Exception):
            raise one
        status, headers, content = one
        return httpx.Response(status, headers=headers, json=content)

    desk = Desk(
        "http://desk",
        token="earnest_secret",
        programme="riders",
        tries=tries,
        transport=httpx.MockTransport(answer),
        sleep=slept.append,
    )
    return desk, seen, slept


def test_it_reads_and_works_as_the_person_who_made_the_token(desk_of):
    with desk_of() as desk:
        assert desk.me().role == "lead"
        posts = list(desk.posts(kind=["complaint"], limit=7))
        assert len({post.id for post in posts}) == len(posts) > 14
        number = desk.open_case("Tips are missing on statements", posts=[posts[0].id])
        case = desk.change_case(desk.case(number), status="investigating")
        assert (case.status, case.posts) == ("investigating", 1)
        other = desk.open_case("Tips do not come")
        undone = desk.merge_cases(number, other)
        assert desk.case(other).merged_into == number
        desk.undo(undone)
        assert desk.case(other).merged_into is None
        desk.note(number, "Asked the payroll team.")
        assert "Asked the payroll team." in [entry.note for entry in desk.timeline(number)]
        desk.record_action(number, "Paid the missing tips", date(2026, 1, 5))
        assert [action.what for action in desk.actions()] == ["Paid the missing tips"]
        desk.correct(posts[0].id, ["pay.tips"], "report")
        assert desk.post(posts[0].id).corrected
        assert {place.slug for place in desk.places()} >= {"bristol", "form"}
        assert "sentences" in desk.figures()


def test_who_is_second_is_told_both_values(desk_of):
    desk = desk_of()
    number = desk.open_case("The app stops at the door")
    seen = desk.case(number)
    desk.change_case(seen, severity="high")
    with pytest.raises(ChangedSince) as told:
        desk.change_case(seen, severity="low")
    assert told.value.fields["severity"] == ("high", "low")
    assert told.value.version == desk.case(number).version


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, NotValid),
        (401, NotSignedIn),
        (403, NotAllowed),
        (404, NotThere),
        (413, NotValid),
        (422, NotValid),
    ],
    ids=str,
)
def test_an_answer_that_is_an_error_is_raised_at_once(status, error):
    desk, seen, _ = answering((status, {}, {"detail": "So it is.", "where": "body.title"}))
    with pytest.raises(error, match=r"So it is\.") as told:
        desk.case(3)
    assert (len(seen), told.value.where) == (1, "body.title")


@pytest.mark.parametrize("status", [429, 503], ids=str)
def test_where_the_desk_asks_for_patience_it_waits_as_long_and_tries_again(status):
    desk, seen, slept = answering(
        (status, {"Retry-After": "7"}, {}), (status, {"Retry-After": "2"}, {}), (201, {}, {"number": 4})
    )
    assert desk.open_case("Tips") == 4
    assert slept == [7.0, 2.0]
    assert len({request.headers["Idempotency-Key"] for request in seen}) == 1


def test_its_patience_ends():
    desk, seen, slept = answering(*[(429, {"Retry-After": "9"}, {"detail": "Too many."})] * 3)
    with pytest.raises(Busy) as told:
        desk.case(1)
    assert (told.value.after, told.value.retry, len(seen), slept) == (9.0, True, 3, [9.0, 9.0])


def test_a_lost_answer_is_asked_for_again_with_the_same_key():
    desk, seen, _ = answering(httpx.ReadTimeout("gone"), (201, {}, {"number": 4}))
    assert desk.open_case("Tips") == 4
    assert len({request.headers["Idempotency-Key"] for request in seen}) == 1


def test_a_change_whose_answer_was_lost_is_not_sent_twice():
    desk, seen, _ = answering(httpx.ReadTimeout("gone"))
    case = client.Case(
        number=1, title="x", status="new", severity="normal", version=3, opened=None, changed=None,
        closed=None, due=None, team=None, assignee=None, tags=[], posts=0, themes=[], notes=0,
        attachments=0, members=[],
        merged_into=None,
    )  # fmt: skip
    with pytest.raises(Unreachable):
        desk.change_case(case, severity="high")
    assert len(seen) == 1
    assert seen[0].headers["If-Match"] == '"3"'


@pytest.mark.parametrize(
    "content",
    [b"<html>hello</html>", b'{"number": "four"}', b"[]", b""],
    ids=["html", "other", "list", "empty"],
)
def test_what_is_no_desk_is_said_so(content):
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))
    desk = Desk("http://desk", token="t", programme="riders", transport=transport)
    with pytest.raises(Unreachable):
        desk.case(1)


def test_the_token_stands_in_no_address_and_no_repr():
    desk, seen, _ = answering((404, {}, {}))
    with pytest.raises(NotThere) as told:
        desk.post(1)
    assert "secret" not in f"{desk!r} {seen[0].url} {told.value!r}"


def test_the_example_of_its_docstring_runs(desk_of, monkeypatch):
    example = doctest.DocTestParser().get_examples(client.__doc__)
    made = desk_of()
    told = {"TOKEN": "", "Desk": lambda *_, **__: made, "print": lambda *_: None}
    made.open_case("A case")  # so that there is a theme or not, the example's case is one of its own
    for one in example[1:]:
        source = one.source.replace(", themes=[14]", "")
        exec(compile(source, "example", "exec"), told)  # noqa: S102 - our own docstring
    assert told["number"] > 1
