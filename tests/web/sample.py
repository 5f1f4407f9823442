"""A desk with something in it, written through the store's own door. Every post is synthetic."""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache

from django.contrib.auth import get_user_model, hashers

from earnest.desk import access
from earnest.record.cleared import ClearedPost
from earnest.record.verdict import Scored, Verdict
from earnest.store import write
from tests import programmes

HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror=alert(2)> "quoted" & \'single\' {{ 7|add:7 }} {% now "Y" %}'
)
LONG = "The queue at the counter does not move. " * 80

# text, kind, labels, lang, unsure
SAID: tuple[tuple[str, str, tuple[str, ...], str, bool], ...] = (
    (
        "Tip of 4.20 on the screen at the door, nothing on the statement. Second week "
        "running.",
        "complaint", ("pay.tips",), "en", False,
    ),
    (
        "App froze on the swipe again.\n\nHad to restart the phone in the rain, twice, with "
        "the customer watching.",
        "complaint", ("app.crash",), "en", False,
    ),
    (
        "Is the waiting time at lockers paid now, or only when the app shows the little "
        "clock?",
        "question", ("pay.wrong", "pickup.wait",), "en", False,
    ),
    (
        "Desde la actualización el casillero de [address] no acepta ningún código. Tres "
        "paquetes de vuelta.",
        "complaint", ("app.scan",), "es", False,
    ),
    (
        "Support told me to wait, then closed the chat. Same block came back at half the "
        "rate, by the way.",
        "report", ("support.unhelpful", "offers.rates",), "en", True,
    ),
    (
        "Let us mark a gate as locked so the next one doesn’t walk round the whole estate.",
        "idea", ("delivery.access",), "en", False,
    ),
    (
        "Credit where it’s due, the new rain plan is honestly fine. Home by six, dry.",
        "praise", ("route.design",), "en", False,
    ),
    (
        "La ruta 14 me manda cruzar el puente dos veces con la bolsa llena.",
        "complaint", ("route.design",), "es", False,
    ),
    (
        "Account paused after the photo check failed. Sent [email] and [phone] on Monday, no "
        "word since.",
        "report", ("standing.deactivation",), "en", False,
    ),
    (
        "Forty minutes at the counter for one bag. The staff shrug and point at the screen.",
        "complaint", ("pickup.wait", "pickup.staff",), "en", False,
    ),
    (
        "no blocks since thursday, refresh refresh refresh 😩",
        "complaint", ("offers.availability",), "en", False,
    ),
    (
        "¿Alguien sabe si el bono de gasolina sigue?",
        "question", ("pay.costs",), "es", False,
    ),
    (
        "what even is this",
        "question", ("unclear",), "en", True,
    ),
    (
        HOSTILE,
        "report", ("other",), "en", False,
    ),
    (
        LONG,
        "complaint", ("pickup.wait",), "en", False,
    ),
)  # fmt: skip


def item(name: str, at: datetime, number: int, *, mood: bool, region: str | None = None) -> write.Kept:
    """The `number`-th of the texts, said at a time."""
    text, kind, labels, lang, unsure = SAID[number % len(SAID)]
    voice = f"speaker {number % 31}/{labels[0]}"
    return write.Kept(
        post=ClearedPost(
            key=hashlib.sha256(name.encode()).digest()[:16], text=text, created=at, region=region,
            domain="example.org" if number % 9 == 0 else None,
        ),
        verdict=Verdict(
            kind=kind,
            kind_score=0.86,
            labels=tuple(
                Scored(label, 0.4 if unsure else 0.93 - 0.3 * rank) for rank, label in enumerate(labels)
            ),
            unsure=unsure,
            lang=lang,
            sentiment="negative" if mood else None,
            sentiment_score=0.8 if mood else None,
        ),
        voice=hashlib.sha256(voice.encode()).digest()[:12],
    )  # fmt: skip


def keep(place: int, items: list[write.Kept], *, since: timedelta | None = None) -> write.Outcome:
    """Keep a page that was read just now and vouches for the time `since` then."""
    now = datetime.now(UTC)
    heard = write.Hearing(
        at=now,
        since=now - since if since else None,
        until=now if since else None,
        next_read=now + timedelta(minutes=5),
    )
    return write.keep(place, items, cursor="{}", heard=heard)


def arrive(programme: str = "riders", place: str = "form", number: int = 1) -> int:
    """One more post, said now; its place's id."""
    from earnest.store import read

    there = read.listening_place(programme, place)
    now = datetime.now(UTC)
    keep(
        there.id,
        [item(f"{programme}/{place}/{now.isoformat()}", now, number, mood=False)],
        since=timedelta(minutes=1),
    )
    return there.id


def fill(posts: int = 260) -> None:
    """Two programmes with posts over twelve weeks, one without anything."""
    now = datetime.now(UTC)
    programmes.live(
        "riders", "Ternway couriers", "workforce", contact="listening@ternway.example",
        purpose="To find problems with the work and mend them: wrong pay, bad routes, faults in the app.",
        lawful_basis="legitimate interest; the assessment is public", retention_days=180,
    )  # fmt: skip
    programmes.live("shoppers", "Ternway customers", "customers", contact="listening@ternway.example")
    programmes.live("new", "Ternway depots", "workforce")
    reviews = write.add_place("riders", "reviews", title="App reviews", type="file", kind="addressed")
    form = write.add_place(
        "riders", "form", title="The form", type="submit", kind="addressed", region="Bristol"
    )
    bristol = write.add_place(
        "riders", "bristol", title="Bristol riders", type="feed", kind="closed", region="Bristol", lang="en"
    )
    leeds = write.add_place(
        "riders", "leeds", title="Leeds couriers", type="feed", kind="closed", region="Leeds"
    )
    shop = write.add_place("shoppers", "reviews", title="Shop reviews", type="file", kind="addressed")
    open_ = write.add_place("shoppers", "public", title="Public posts", type="feed", kind="open", lang="es")
    write.open_consent(bristol, opened=now - timedelta(days=60), expires=now + timedelta(days=300))
    write.open_consent(leeds, opened=now - timedelta(days=90), expires=now + timedelta(days=2))
    spread = (
        (reviews, ("Leeds", "Sevilla"), False),
        (bristol, ("Bristol",), False),
        (form, ("Bristol",), False),
        (shop, ("Bristol", None), True),
        (open_, ("Sevilla",), True),
    )
    for place, regions, mood in spread:
        items = []
        for n in range(posts):
            at = now - timedelta(hours=1_900 * (n / posts) ** 2 + 0.2 * n)
            items.append(item(f"{place}/{n}", at, n + place, mood=mood, region=regions[n % len(regions)]))
        keep(place, items, since=timedelta(days=60))
    keep(
        leeds,
        [item(f"leeds/{n}", now - timedelta(days=20 + n), n, mood=False, region="Leeds") for n in range(12)],
    )
    write.failed_read(
        leeds, "The server does not answer.", next_read=now + timedelta(minutes=20), failed=True
    )
    write.add_programme(
        "depots",
        "Ternway depot staff",
        "workforce",
        purpose="Find and mend what goes wrong at the depots.",
        retention_days=0,
    )
    people()


def people() -> None:
    """One person of each role in `riders`, and an admin; the password is the name."""
    for name in ("viewer", "analyst", "lead", "steward"):
        access.add_person(name, "riders", name)
    access.add_person("delegate", "riders", "delegate", ["bristol"])
    access.add_person("admin", None, "admin")
    access.add_person("nobody", "new", "viewer")
    for user in get_user_model().objects.all():
        user.password = _hashed(user.username, hashers.get_hasher().algorithm)
        user.save()


@cache
def _hashed(password: str, algorithm: str) -> str:
    """Hashing is slow on purpose: once a password and way of hashing is enough for all tests."""
    return hashers.make_password(password, hasher=algorithm)


def work(programme: str = "riders") -> int:
    """A case with posts, a note and a due time; its number."""
    from earnest.desk import cases
    from earnest.store import read, read_cases

    analyst = get_user_model().objects.get(username="analyst").pk
    posts = read.posts(programme, read.Filters(labels=("pay.tips",)), limit=4).rows
    number = cases.open_case(programme, "Tips are missing", by=analyst, posts=[row.id for row in posts])
    cases.note(programme, number, "Only orders paid at the door. @lead, who knows the till?", by=analyst)
    case = read_cases.one(programme, number)
    assert case is not None
    due = datetime.now(UTC) - timedelta(hours=2)
    cases.change(programme, number, by=analyst, seen=case.version, due=due, assignee=analyst)
    return number
