"""Numbers of another programme, named within one's own: through pages, forms and routes they open and change
nothing there, and nothing of it is told.
"""

import json
from typing import Any

import pytest
from django.test import Client

from earnest.desk import tokens
from earnest.store import read_cases
from earnest.store.models import (
    Act,
    Alert,
    AlertCase,
    ApiToken,
    Attachment,
    Case,
    CaseChange,
    CaseLink,
    CaseNote,
    CasePost,
    Checkout,
    Escalation,
    EscalationWish,
    Message,
    PostTag,
    SavedView,
    Tag,
    TeamInvitation,
)
from tests.security import desk, furnished
from tests.security.build import person
from tests.security.furnished import Things

pytestmark = pytest.mark.django_db

KINDS = (
    Act, Alert, AlertCase, ApiToken, Attachment, Case, CaseChange, CaseLink, CaseNote, CasePost, Checkout,
    Escalation, EscalationWish, Message, PostTag, SavedView, Tag, TeamInvitation,
)  # fmt: skip


@pytest.fixture
def both(small_desk: int) -> tuple[Things, Things]:
    """One of everything here, and one of everything in the foreign programme."""
    mine = furnished.furnish(desk.HERE, small_desk, "admin")
    return mine, furnished.furnish(desk.FOREIGN, small_desk, "stranger")


def forms(mine: Things, foreign: Things) -> list[tuple[str, dict[str, Any]]]:
    """Forms of one's own programme that name what is in the other one."""
    post, case = str(foreign.posts[0]), mine.case
    return [
        (f"cases/{case}/add", {"post": post}),
        (f"cases/{case}/out", {"post": post}),
        (f"cases/{case}/split", {"title": "New", "post": post}),
        (f"cases/{case}/undo/{foreign.change}", {}),
        (f"cases/{case}/fields", {"seen": "9", "team": str(foreign.team)}),
        (f"cases/{case}/fields", {"seen": "9", "assignee": str(foreign.user)}),
        (f"cases/{case}/file/{foreign.attachment}/delete", {}),
        ("cases/bulk", {"case": str(case), "assignee": str(foreign.user)}),
        ("cases/new", {"title": "New", "post": post, "sure": "yes"}),
        ("cases/new", {"title": "New", "alert": str(foreign.alert), "sure": "yes"}),
        ("cases/new", {"title": "New", "team": str(foreign.team), "sure": "yes"}),
        (f"escalations/case/{case}", {"team": str(foreign.team)}),
        (f"escalations/case/{case}", {"to": f"team:{foreign.team}"}),
        (f"escalations/case/{case}", {"to": f"route:{foreign.route}", "route": str(foreign.route)}),
        (f"escalations/wish/{foreign.wish}", {"team": str(mine.team), "do": "decline"}),
        (f"escalations/{foreign.escalation}/acknowledge", {}),
        (f"escalations/{foreign.escalation}/stop", {}),
        (f"escalations/{mine.escalation}/hand-on", {"team": str(foreign.team), "to": f"team:{foreign.team}"}),
        (f"alerts/{foreign.alert}/close", {"reason": "noise"}),
        (f"alerts/{foreign.alert}/feed", {"case": str(case)}),
        (f"alerts/{foreign.alert}/snooze", {"hours": "2"}),
        (f"inbox/views/{foreign.view}", {"do": "remove"}),
        (f"tags/{foreign.tag}", {"do": "remove"}),
        (f"tags/{mine.tag}", {"do": "merge", "into": str(foreign.tag)}),
        (f"sent/{foreign.message}/drop", {}),
        (f"sent/{foreign.message}/again", {}),
        (f"tickets/{foreign.link}/unlink", {}),
        (f"tickets/{foreign.link}/tell", {"tell": "yes"}),
        (f"tickets/{foreign.link}/answer", {"take": "yes"}),
        (f"actions/{foreign.action}/back", {}),
        (f"actions/{foreign.action}", {"what": "Changed", "seen": "1", "day": "2026-11-20"}),
        (f"cases/{case}/actions", {"what": "Did", "day": "2026-11-20", "team": str(foreign.team)}),
        (f"team/{foreign.user}/role", {"role": "viewer"}),
        (f"team/{foreign.user}/remove", {}),
        (f"team/invitations/{foreign.invitation}/revoke", {}),
        (f"tokens/{foreign.token}/revoke", {}),
        *(
            ("inbox/do", {"do": do, "post": post, "tag": "mine", "case": str(case), "label": "pay.tips"})
            for do in ("done", "tag", "untag", "case", "label", "ask")
        ),
        (f"posts/{post}/correct", {"label": "pay.tips", "kind": "praise"}),
        (f"themes/aside/{post}", {}),
    ]


def bodies(mine: Things, foreign: Things) -> list[tuple[str, str, dict[str, Any]]]:
    """Requests to the interface that name what is in the other programme."""
    post, case = foreign.posts[0], mine.case
    return [
        ("POST", "cases", {"title": "New", "posts": [post]}),
        ("POST", "cases", {"title": "New", "team": foreign.team}),
        ("PATCH", f"cases/{case}", {"team": foreign.team}),
        ("PATCH", f"cases/{case}", {"assignee": foreign.user}),
        ("POST", f"cases/{case}/add", {"posts": [post]}),
        ("POST", f"cases/{case}/take-out", {"posts": [post]}),
        ("POST", f"cases/{case}/split", {"title": "New", "posts": [post]}),
        ("POST", f"changes/{foreign.change}/undo", {}),
        ("POST", f"cases/{case}/escalate", {"team": foreign.team}),
        ("POST", f"cases/{case}/escalate", {"route": foreign.route}),
        ("POST", f"escalations/{foreign.escalation}/acknowledge", {}),
        ("POST", "inbox/settle", {"posts": [post], "how": "done"}),
        ("POST", "inbox/tag", {"posts": [post], "tag": "mine"}),
        ("POST", "inbox/label", {"posts": [post], "labels": ["pay.tips"]}),
        ("POST", "inbox/case", {"posts": [post], "case": case}),
        ("POST", f"alerts/{foreign.alert}/close", {"reason": "noise"}),
        ("POST", f"alerts/{foreign.alert}/case", {}),
        ("POST", f"alerts/{foreign.alert}/snooze", {"hours": 2}),
        ("POST", f"posts/{post}/correct", {"labels": ["pay.tips"], "kind": "praise"}),
        ("GET", f"posts/{post}", {}),
        ("GET", f"posts/{post}/cases", {}),
        ("GET", f"posts/{post}/repeats", {}),
        ("GET", f"alerts/{foreign.alert}", {}),
        ("GET", f"escalations/{foreign.escalation}", {}),
    ]


def rows(foreign: Things) -> dict[str, list[Any]]:
    """Everything that the other programme has, as it lies in the tables."""
    found: dict[str, list[Any]] = {}
    for kind in KINDS:
        names = {field.name for field in kind._meta.get_fields()}
        by = next(
            way
            for name, way in (
                ("programme", "programme__slug"), ("case", "case__programme__slug"),
                ("tag", "tag__programme__slug"),
            )
            if name in names
        )  # fmt: skip
        found[kind.__name__] = list(kind.objects.filter(**{by: foreign.programme}).order_by("pk").values())
    return found


def mixed(mine: Things, foreign: Things) -> int:
    """Posts of the other programme in cases of this one."""
    return CasePost.objects.filter(case__programme__slug=mine.programme, post_id__in=foreign.posts).count()


@pytest.mark.slow
def test_no_form_reaches_into_another_programme(both: tuple[Things, Things]) -> None:
    mine, foreign = both
    before, wrong = rows(foreign), []
    for path, sent in forms(mine, foreign):
        with desk.undone():
            answer = desk.client("steward").post(f"/{mine.programme}/{path}", sent)
            text = answer.content.decode()
            if answer.status_code >= 500 or f"Secret note of {foreign.programme}" in text:
                wrong.append((path, answer.status_code))
            if rows(foreign) != before or mixed(mine, foreign):
                wrong.append((path, "changed"))
            case = read_cases.one(mine.programme, mine.case)
            if case and (case.team == foreign.team or case.assignee == foreign.user):
                wrong.append((path, "named"))
    assert wrong == []


def test_no_route_reaches_into_another_programme(both: tuple[Things, Things]) -> None:
    mine, foreign = both
    scopes = tokens.open_to(person("steward"), mine.programme)
    token = tokens.make(person("steward"), mine.programme, "A program", scopes, days=1).token
    before, wrong = rows(foreign), []
    for method, path, body in bodies(mine, foreign):
        with desk.undone():
            answer = Client(headers={"authorization": f"Bearer {token}", "if-match": '"1"'}).generic(
                method, f"/api/v1/{mine.programme}/{path}",
                b"" if method == "GET" else json.dumps(body).encode(), content_type="application/json",
            )  # fmt: skip
            if not 400 <= answer.status_code < 500 and answer.content != b'{"change":null}':
                wrong.append((path, answer.status_code))
            if rows(foreign) != before or mixed(mine, foreign):
                wrong.append((path, "changed"))
    assert wrong == []
