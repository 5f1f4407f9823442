"""Channels: where messages of a programme go. Added, changed, tried out and removed by its stewards.

A secret is taken once and then only known to be set. Changing where a channel leads always takes a new secret
for what the old one opened: a token is never sent to an address that somebody set later.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from django.conf import settings as django_settings
from django.db import transaction
from django.urls import reverse

from earnest.desk import audit, channel_secrets, content, dispatch
from earnest.egress.guard import checked
from earnest.gate.refusals import judge
from earnest.notify import apprise, events, mail, webhook
from earnest.notify.base import SORTS, TICKETS, WHY, Delivered, Notice, Outcome, Sort
from earnest.notify.trackers import tracker
from earnest.notify.words import WORDS, say
from earnest.record.errors import BadSetting, EarnestError, Refused, RefusedConfiguration, StoreError
from earnest.store import clock, erase_outbox, read_outbox, write_channels
from earnest.store.read_outbox import Channel

LONGEST_NAME = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Made:
    """A channel that was added. `shown_once`: a secret that Earnest made, to be handed to the other side."""

    slug: str
    shown_once: str = ""


@dataclass(frozen=True, slots=True)
class WayIn:
    """Where another system sends to, and the secret it signs with; shown once."""

    path: str
    shown_once: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a test brought: a sentence, and whether it is a good one."""

    good: bool
    says: str
    why: str
    status: int | None


def of(programme: str) -> list[Channel]:
    """The channels of a programme, by name."""
    return read_outbox.channels(programme)


def one(programme: str, slug: str) -> Channel:
    """A channel by its name in addresses. Raises StoreError where there is none."""
    found = read_outbox.channel(programme, slug)
    if found is None:
        raise StoreError(f"There is no channel '{slug[:40]}' in this programme.")
    return found


def add(
    programme: str, sort: str, name: str, given: Mapping[str, str], secret: str = "", *, actor: str
) -> Made:
    """Add a channel. `given` are its fields as typed (`to`, `where`, `api`, `user`, `type`, `language`);
    `secret` is what it is sent with: a messenger's or webhook's address, a tracker's token.

    Raises BadSetting, Refused or MissingExtra, and then nothing was added.
    """
    named, kind = _name(name), _sort(sort)
    out = _secret(kind, secret) if kind != "mail" else ""
    fields = _fields(kind, given, out)
    with transaction.atomic():
        id, slug = write_channels.add_channel(programme, kind, named, fields)
        shown_once = ""
        if out:
            channel_secrets.forget(id)  # of a channel that had this number before a backup was put back
            channel_secrets.set_out(id, out)
            write_channels.secret_set(id)
        if kind == "webhook":
            shown_once = webhook.new_secret()
            channel_secrets.add(id, "sign", shown_once)
        audit.note(actor, "channel_added", programme=programme, about=f"channel:{id}", detail={"sort": kind})
    return Made(slug, shown_once)


def change(
    programme: str, slug: str, name: str, given: Mapping[str, str], *, on: bool, secret: str = "", actor: str
) -> None:
    """Change a channel. Where it leads somewhere else, its secret has to be given again."""
    channel = one(programme, slug)
    named = _name(name)
    out = _secret(_sort(channel.sort), secret) if secret.strip() and channel.sort != "mail" else ""
    known = dict(channel.settings)
    if channel.sort in ("mail", *TICKETS) or out:
        fields = _fields(_sort(channel.sort), given, out)
    else:
        fields = {key: value for key, value in known.items() if key != "language"} | _language(given)
    moves = channel.sort in TICKETS and any(fields.get(k) != known.get(k) for k in ("api", "user"))
    if moves and not out:
        raise BadSetting(
            "The address changes, so the key has to be given again.",
            advice="A key is only ever sent to the address that it was given for.",
        )
    with transaction.atomic():
        write_channels.change_channel(channel.id, name=named, settings=fields, on=on)
        if out:
            channel_secrets.set_out(channel.id, out)
            write_channels.secret_set(channel.id)
        audit.note(
            actor,
            "channel_changed",
            programme=programme,
            about=f"channel:{channel.id}",
            detail={"on": int(on), "secret": int(bool(out))},
        )


def subscribe(programme: str, slug: str, names: Sequence[str], *, actor: str) -> None:
    """Which events a channel is told of from now on."""
    channel = one(programme, slug)
    if channel.sort in TICKETS:
        raise Refused("A tracker takes tickets, not events.")
    unknown = [name for name in names if name not in events.EVENTS]
    if unknown:
        raise Refused("There is no such event.", advice=f"Choose among {', '.join(events.EVENTS)}.")
    with transaction.atomic():
        write_channels.subscribe(channel.id, names)
        audit.note(
            actor,
            "channel_changed",
            programme=programme,
            about=f"channel:{channel.id}",
            detail={"events": len(set(names))},
        )


def renew(programme: str, slug: str, *, actor: str) -> str:
    """A new signing secret of a webhook, shown once; the one before signs for a week more."""
    channel = one(programme, slug)
    if channel.sort != "webhook":
        raise Refused("Only a webhook has a signing secret.")
    fresh = webhook.new_secret()
    with transaction.atomic():
        channel_secrets.add(channel.id, "sign", fresh)
        write_channels.secret_set(channel.id)
        audit.note(actor, "channel_secret_set", programme=programme, about=f"channel:{channel.id}")
    return fresh


def open_hook(programme: str, slug: str, *, actor: str) -> WayIn:
    """A way in for the system behind a channel, or a new secret for one that is there."""
    channel = one(programme, slug)
    if channel.sort not in ("webhook", *TICKETS):
        raise Refused("Nothing comes in by this kind of channel.")
    fresh = webhook.new_secret() if channel.sort == "webhook" else channel_secrets.fresh()
    with transaction.atomic():
        channel_secrets.add(channel.id, "hook", fresh)
        hook = write_channels.open_hook(channel.id)
        audit.note(actor, "hook_opened", programme=programme, about=f"channel:{channel.id}")
    return WayIn(reverse("hook", args=[programme, hook]), fresh)


def close_hook(programme: str, slug: str, *, actor: str) -> None:
    """Take a way in away."""
    channel = one(programme, slug)
    with transaction.atomic():
        write_channels.close_hook(channel.id)
        audit.note(actor, "hook_closed", programme=programme, about=f"channel:{channel.id}")
    channel_secrets.forget(channel.id, "hook")


def remove(programme: str, slug: str, *, actor: str) -> None:
    """Remove a channel: its secrets go, nothing waits for it any more."""
    channel = one(programme, slug)
    with transaction.atomic():
        erase_outbox.remove_channel(channel.id)
        audit.note(actor, "channel_removed", programme=programme, about=f"channel:{channel.id}")
    channel_secrets.forget(channel.id)


def test(programme: str, slug: str, *, actor: str) -> Tried:
    """Send a test now, and say plainly how it went. Of a tracker only whether its door opens."""
    channel = one(programme, slug)
    audit.note(actor, "channel_tested", programme=programme, about=f"channel:{channel.id}")
    lang = content.language(channel)
    notice = Notice(
        subject=say(lang, "test.subject"),
        lines=(say(lang, "test.line"),),
        link=reverse("channels", args=[programme]),
        lang=lang,
    )
    parcel = dispatch.Parcel(
        kind="test",
        key=f"test-{channel.id}-{int(clock.now().timestamp())}",
        case=None,
        notice=notice,
        shown=content.shown(programme, notice, None),
        made=clock.now(),
    )
    outcome = dispatch.try_out(channel, parcel)
    if isinstance(outcome, Delivered):
        write_channels.went_well(channel.id)
    return Tried(isinstance(outcome, Delivered), said(outcome), outcome.why, outcome.status)


def said(outcome: Outcome) -> str:
    """An outcome as a plain sentence."""
    number = f" ({outcome.status})" if outcome.status else ""
    words = WHY.get(outcome.why, WHY["unexpected"])
    return f"{words[0].upper()}{words[1:]}{number}."


def _sort(sort: str) -> Sort:
    for known in get_args(Sort):
        if sort == known:
            return known  # type: ignore[no-any-return]
    raise Refused(
        f"There is no channel of the sort '{sort[:20]}'.", advice=f"Choose one of {', '.join(SORTS)}."
    )


def _name(name: str) -> str:
    words = " ".join(_CONTROL.sub(" ", name).split())
    if not words or not words.isprintable() or len(words) > LONGEST_NAME:
        raise BadSetting(f"A channel needs a name of at most {LONGEST_NAME} printable characters.")
    reason = judge("category", words)
    if reason is not None:
        raise RefusedConfiguration(reason.replace("a category", "a channel", 1))
    return words


def _secret(sort: Sort, secret: str) -> str:
    """What a channel is sent with, as it is kept. Raises BadSetting."""
    given = secret.strip()
    if not given or len(given) > channel_secrets.LONGEST or _CONTROL.search(given):
        what = {"apprise": "the messenger's address", "webhook": "the address to send to"}.get(sort, "a key")
        raise BadSetting(f"This channel needs {what}.")
    if sort == "apprise":
        apprise.needed()
        apprise.service(given)
    elif sort == "webhook":
        _web(given)
    elif not given.isascii() or " " in given:
        raise BadSetting("A key has no spaces.", advice="Copy it again.")
    return given


def _fields(sort: Sort, given: Mapping[str, str], out: str) -> dict[str, Any]:
    """What is kept beside the secret, checked. Raises BadSetting."""
    return {**_leads(sort, given, out), **_language(given)}


def _language(given: Mapping[str, str]) -> dict[str, Any]:
    """The language of its messages; none: that of the installation. Raises BadSetting."""
    chosen = given.get("language", "").strip()
    if chosen and chosen not in WORDS:
        raise BadSetting("Messages do not speak that language.", advice=f"Choose {' or '.join(WORDS)}.")
    return {"language": chosen} if chosen else {}


def _leads(sort: Sort, given: Mapping[str, str], out: str) -> dict[str, Any]:
    if sort == "mail":
        return {"to": mail.addresses(given.get("to", ""))}
    if sort == "apprise":
        return {"service": apprise.service(out)}
    if sort == "webhook":
        return {"host": checked(out).host}
    typed = {
        key: _CONTROL.sub("", given.get(key, "")).strip()[:300] for key in ("where", "api", "user", "type")
    }
    kept = {key: value for key, value in typed.items() if value}
    there = tracker(sort, kept, "x")
    _web(there.try_out().url)
    return kept


def _web(url: str) -> None:
    """An address that messages may go to. Names are resolved, and judged, at every sending."""
    try:
        target = checked(url)
    except EarnestError as error:
        raise BadSetting(error.problem, advice="Write it like https://example.org/hook.") from error
    if target.scheme != "https" and not django_settings.PRIVATE_CHANNELS:
        raise BadSetting(
            "The address is not https, so anybody on the way could read along.",
            advice="For an intranet set EARNEST_PRIVATE_CHANNELS to yes.",
        )
