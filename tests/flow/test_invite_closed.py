"""Every closed place from its invitation to its end, through the flow, against the stand-ins of its
platform. Everybody here is made up.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from earnest.flow import invite, schedule
from earnest.flow.learn import models
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError, Refused
from earnest.sources.handshake import digest
from earnest.store import clock, read, write
from tests import programmes
from tests.rooms import egress

pytestmark = pytest.mark.django_db

PAGE = "https://listening.example.org/notice/riders"
Act = Callable[[], object]


class Place:
    """A community of one platform: its settings and secret, and what its people do.

    publish  with the notice; `say` with words; `end` is one way in which they end it; `before` says an hour
             ago
    """

    def __init__(
        self,
        given: dict[str, Any],
        secret: str,
        publish: Callable[[str], object],
        say: Callable[[str], object],
        end: Act,
        before: Callable[[str], object] | None = None,
    ) -> None:
        self.before = before or say
        self.given, self.secret = given, secret
        self.publish, self.say, self.end = publish, say, end


def discord(stack: ExitStack) -> Place:
    pytest.importorskip("discord", reason="the extra 'discord' is not installed")
    from tests.sources.discord_server import Discord
    from tests.sources.test_discord import Desk

    desk = Desk(stack.enter_context(Discord()))
    given = desk.settings()
    # The stand-in's clock is its own: what is said comes after what was published.
    return Place(
        given, given.pop("token"), lambda notice: desk.publish(notice), lambda text: _now(desk, text),
        lambda: desk.server.unpin(desk.channel, desk.notice),
    )  # fmt: skip


def _now(desk: Any, text: str) -> int:
    desk.server._now = max(desk.server._now, clock.now())
    return int(desk.say(text))


def telegram(stack: ExitStack) -> Place:
    pytest.importorskip("telegram", reason="the extra 'telegram' is not installed")
    from tests.sources.telegram_server import TOKEN, Telegram
    from tests.sources.test_telegram import Desk

    desk = Desk(stack.enter_context(Telegram()))
    given = {"chat": str(desk.server.chat), "server": desk.server.url}
    return Place(
        given, TOKEN, lambda notice: desk.publish(notice), desk.say, desk.server.pins.clear,
        lambda text: desk.say(text, ago=3_600),
    )  # fmt: skip


def slack(stack: ExitStack) -> Place:
    pytest.importorskip("slack_sdk", reason="the extra 'slack' is not installed")
    from tests.sources.slack_server import TOKEN, Slack
    from tests.sources.test_slack import Desk

    desk = Desk(stack.enter_context(Slack()))
    given = {"channel": desk.channel, "server": desk.server.url + "/api/"}

    def publish(notice: str) -> object:
        """As Slack keeps what was typed: links in brackets, and signs of markup written out."""
        kept = notice.replace("&", "&amp;").replace("<", "&lt;").replace(PAGE, f"<{PAGE}>")
        return desk.publish(kept.replace("listening@ternway.example", "<mailto:listening@ternway.example|x>"))

    return Place(given, TOKEN, publish, desk.say, desk.server.pins[desk.channel].clear)


def discourse(stack: ExitStack) -> Place:
    from tests.sources.discourse_server import KEY, PRIVATE, Discourse
    from tests.sources.test_discourse import Desk

    desk = Desk(stack.enter_context(Discourse()))
    given = {"server": desk.server.url, "category": PRIVATE, "acts_as": "Earnest"}

    def say(text: str) -> object:
        desk.server.now = max(desk.server.now, clock.now())
        return desk.say(text)

    return Place(given, KEY, desk.publish, say, lambda: desk.server.topics.pop(desk.notice))


def mailing_list(stack: ExitStack) -> Place:
    pytest.importorskip("dns", reason="the extra 'mail' is not installed")
    from tests.sources.dns_server import Names
    from tests.sources.test_mailing_list import DOMAIN, LIST, Archive, Desk

    desk = Desk(stack.enter_context(Names()), stack.enter_context(Archive()))
    given = {"list": LIST, "archive": f"https://{DOMAIN}/pipermail/riders", "server": desk.server.url}
    given |= {"resolver": desk.names.address}
    return Place(
        given, "", desk.publish, desk.say, desk.names.records.clear,
        lambda text: desk.say(text, timedelta(hours=1)),
    )  # fmt: skip


PLACES: dict[str, Callable[[ExitStack], Place]] = {
    one.__name__: one for one in (discord, telegram, slack, discourse, mailing_list)
}
LONGEST = {"discord": 2_000, "telegram": 4_096, "slack": 4_000, "discourse": 30_000, "mailing_list": 60_000}


class Listening:
    """A programme, an invitation, and Earnest's turns at its place."""

    def __init__(self, home: Any, type: str, place: Place) -> None:
        self.home, self.type, self.place = home, type, place
        self.keys = Keys.make(home / "keys" / "voices.key")
        programmes.live("riders", "Riders", "workforce")

    def invite(self, name: str = "Riders talk", lang: str = "en") -> invite.Invited:
        asking = invite.Asking(page=PAGE, lang=lang)
        return invite.invite(
            "riders", name, self.type, dict(self.place.given), self.place.secret, egress(), asking
        )

    def turn(self, slug: str) -> schedule.Turn | None:
        place = read.listening_place("riders", slug)
        if place.next_read is not None:
            write.wait(place.id, "", clock.now() - timedelta(seconds=1))
        turns = schedule.listen_once(self.keys, models(self.home), egress())
        return {turn.place.slug: turn for turn in turns}.get(slug)

    def texts(self) -> list[str]:
        return sorted(row.text.rpartition("\n\n")[2] for row in read.posts("riders", read.Filters()).rows)


@pytest.fixture(params=list(PLACES))
def listening(request: pytest.FixtureRequest, home: Any) -> Iterator[Listening]:
    with ExitStack() as stack:
        yield Listening(home, request.param, PLACES[request.param](stack))


def test_from_the_notice_to_the_end_of_the_invitation(listening: Listening) -> None:
    place = listening.place
    place.before("the app crashed long before anybody was asked")
    made = listening.invite()
    waiting = listening.turn(made.slug)
    assert waiting is not None
    assert waiting.problem
    place.publish(made.notice)
    opened = listening.turn(made.slug)
    assert opened is not None
    assert opened.problem is None
    place.say("the app crashed at the door")
    listening.turn(made.slug)
    assert listening.texts() == ["the app crashed at the door"]
    place.end()
    place.say("the app crashed after we were sent away")
    ended = listening.turn(made.slug)
    assert ended is not None
    assert "invitation has ended" in (ended.problem or "")
    assert listening.texts() == ["the app crashed at the door"]
    assert listening.turn(made.slug) is None
    kept = b"".join(path.read_bytes() for path in listening.home.rglob("*") if path.is_file())
    assert not place.secret or place.secret.encode() not in kept


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_notice_fits_and_says_its_platforms_words(listening: Listening, lang: str) -> None:
    made = listening.invite(lang=lang)
    assert len(made.notice) <= LONGEST[listening.type]
    assert PAGE in made.notice
    words = {"telegram": "#offtherecord", "mailing_list": "_earnest.lists.example.org", "discourse": "API"}
    assert words.get(listening.type, "") in made.notice
    if listening.type == "mailing_list":
        assert digest(made.notice).hex() in made.how


def test_a_notice_that_does_not_fit_is_refused(home: Any) -> None:
    with ExitStack() as stack:
        listening = Listening(home, "discord", discord(stack))
        long = "Find and mend what goes wrong with pay. " * 45
        programmes.live("couriers", "Couriers", "workforce", purpose=long)
        with pytest.raises(EarnestError, match="a message there holds 2,000"):
            invite.invite(
                "couriers", "Talk", "discord", dict(listening.place.given), listening.place.secret, egress(),
                invite.Asking(page=PAGE),
            )  # fmt: skip


def test_one_telegram_bot_serves_one_group(home: Any) -> None:
    with ExitStack() as stack:
        listening = Listening(home, "telegram", telegram(stack))
        listening.invite()
        with pytest.raises(Refused, match="another place already"):
            listening.invite("Another talk")
