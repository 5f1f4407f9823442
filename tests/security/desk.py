"""The smallest desk on which every address can be tried: one programme with a sample, one foreign one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from earnest.desk import access
from earnest.store import write
from tests import programmes
from tests.web import doors, sample
from tests.web.doors import Door

ROLES = ("viewer", "delegate", "analyst", "lead", "steward", "admin")
HERE, FOREIGN = "riders", "shoppers"


def fill() -> int:
    """Programmes, a place, a few posts, one person of each role in one programme; a report's id."""
    for slug in (HERE, FOREIGN):
        programmes.live(slug, slug.title(), "customers")
        place = write.add_place(slug, "bristol", title="Bristol", type="feed", kind="open")
        now = datetime.now(UTC)
        items = [sample.item(f"{slug}/{n}", now - timedelta(hours=n), n, mood=True) for n in range(6)]
        sample.keep(place, items, since=timedelta(days=1))
    for role in ROLES:
        access.add_person(role, HERE, role, ["bristol"] if role == "delegate" else [])
    access.add_person("stranger", FOREIGN, "admin")
    today = datetime.now(UTC).date()
    return write.add_report(HERE, today - timedelta(days=7), today, {"json": b"{}", "html": b"<p></p>"})


def client(name: str = "", **more: Any) -> Client:
    """A browser in which this person is signed in; nobody without a name."""
    made = Client(**more)
    if name:
        made.force_login(get_user_model().objects.get(username=name))
    return made


def address(door: Door, report: int, programme: str = HERE) -> str:
    """An address that leads to something, where there is something."""
    more = {"place": "bristol", "user": "999999"}
    if door.name.startswith("report"):
        more["id"] = str(report)
    if door.name == "place_invite":
        more["type"] = "matrix"
    return door.address(programme, **more)


def pages() -> list[Door]:
    """Every address but those of the programming interface, which are opened by tokens."""
    return [door for door in doors.every() if not door.route.startswith("api/v1/")]


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
