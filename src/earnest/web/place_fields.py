"""What a page asks of a steward who adds a place or invites a community: told by the type's own settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from earnest.record.audience import of as allowed
from earnest.sources import asks
from earnest.sources.asks import Ask
from earnest.sources.base import SourceType
from earnest.sources.extras import missing
from earnest.sources.registry import TYPES
from earnest.web import place_words
from earnest.web.setup_steps import Asked, Choice, Field

KIND_CHOICES = {
    "addressed": Choice(
        "addressed", _("Said to you"), _("Reviews of what you do, answers to what you asked.")
    ),
    "open": Choice("open", _("Said in public"), _("Anybody may read it, and it was not said to you.")),
}

NAME = Field(
    "name", _("Name of the place"), needed=True, most=60, hint=_("As it will stand in the public notice.")
)
GRACE = Field(
    "grace",
    _("Days until everything is erased after the community ends it"),
    kind="number",
    needed=True,
    hint=_("It stands in the notice they pin. At most 90."),
)
OWN = frozenset({"act", "csrfmiddlewaretoken", "grace", "kind", "lang", "name", "secret"})
"""Names that a page's own fields have: a setting of that name is asked for under another."""

MOST = 4_000
"""Characters of a setting."""

SEARCHES = frozenset({"accounts", "contains", "hashtag", "hashtags", "query", "search", "tags", "words"})
"""Settings that say what is listened for: asked first, also where any one of them is enough."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A type of place as the list of them shows it. `lacks` names what would have to be installed."""

    type: str
    title: str
    asks: str
    lacks: str


def invited() -> list[Offer]:
    """Types whose communities are asked."""
    return [_offer(kind) for kind in TYPES.values() if kind.handshake and not kind.local]


def addressed() -> list[Offer]:
    """Types of places where people speak to the operator."""
    return [_offer(kind) for kind in TYPES.values() if "addressed" in kind.kinds and _on_pages(kind)]


def in_public(audience: str) -> list[Offer]:
    """Types of public places; none where the audience may not be heard there."""
    if "open" not in allowed(audience).kinds:
        return []
    return [_offer(kind) for kind in TYPES.values() if "open" in kind.kinds and _on_pages(kind)]


def to_any(audience: str) -> list[Offer]:
    """Types that need no invitation, once each."""
    return list({one.type: one for one in [*addressed(), *in_public(audience)]}.values())


def added(type: str) -> SourceType | None:
    """A type that is added on a page, or None."""
    kind = TYPES.get(type)
    return kind if kind is not None and _on_pages(kind) and set(kind.kinds) != {"closed"} else None


def asked_of(type: str) -> SourceType | None:
    """A type whose communities are invited on a page, or None."""
    kind = TYPES.get(type)
    return kind if kind is not None and kind.handshake and not kind.local else None


def _on_pages(kind: SourceType) -> bool:
    """What reads this machine's disk is added by who runs it; every programme has its form from the start."""
    return not kind.local and kind.type != "submit"


def _offer(kind: SourceType) -> Offer:
    lacks = f"pip install 'earnest[{kind.extra}]'" if missing(kind.extra) else ""
    return Offer(kind.type, place_words.said(kind.title), place_words.said(kind.asks), lacks)


def to_add(kind: SourceType, audience: str) -> list[Field]:
    """The fields for adding a place that needs no invitation."""
    kinds = [
        KIND_CHOICES[one] for one in kind.kinds if one in KIND_CHOICES and one in allowed(audience).kinds
    ]
    choice = Field("kind", gettext("What is said there is"), kind="choice", needed=True, choices=tuple(kinds))
    if len(kinds) == 1:
        choice = replace(choice, default=kinds[0].value)
    return [NAME, choice, *settings(kind)]


def to_invite(kind: SourceType) -> list[Field]:
    """The fields for inviting a community."""
    return [NAME, *settings(kind), GRACE]


def settings(kind: SourceType, *, held: bool = False) -> list[Field]:
    """The type's own settings. `held`: its secret is there already and may be left empty."""
    return [_field(one, kind, held=held) for one in asks.asked(kind)]


def needs_more(fields: list[Field]) -> tuple[list[Field], list[Field]]:
    """What is asked first (what must be written, what is listened for, the key last), and what may be left as
    it is.
    """
    first = [one for one in fields if one.needed and one.kind != "secret"]
    first += [one for one in fields if one not in first and one.name in SEARCHES]
    first += [one for one in fields if one.kind == "secret"]
    return first, [one for one in fields if one not in first]


def given(kind: SourceType, written: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """Settings and secret, from what was written into the fields. Raises BadSetting."""
    found, secret = {}, ""
    for one in asks.asked(kind):
        said = written.get(_name(one), "")
        if one.secret:
            secret = said.strip()
        elif one.form == "yes":
            found[one.name] = "yes" if said == "yes" else "no"
        else:
            found[one.name] = said
    return asks.values(kind, found), secret


def standing(kind: SourceType, stored: Mapping[str, Any]) -> dict[str, str]:
    """Stored settings as they are written into the fields."""
    return {
        _name(one): asks.written(one, stored[one.name])
        for one in asks.asked(kind)
        if not one.secret and one.name in stored
    }


def kept_back(kind: SourceType, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Stored settings that the page does not ask for: they stay."""
    shown = {one.name for one in asks.asked(kind)}
    return {name: value for name, value in stored.items() if name not in shown}


def asked(fields: list[Field], given: Mapping[str, str], *, fresh: bool = False) -> list[Asked]:
    """The fields with what was written, `fresh` ones with their defaults. A secret is never written back."""
    return [
        Asked(one, "" if one.kind == "secret" else given.get(one.name, one.default if fresh else ""))
        for one in fields
    ]


def _name(one: Ask) -> str:
    return "secret" if one.secret else f"set_{one.name}" if one.name in OWN else one.name


def _field(one: Ask, kind: SourceType, *, held: bool) -> Field:
    label, hint = place_words.said(one.label), place_words.said(one.sentence)
    if one.example:
        hint = gettext("%(hint)s Such as %(example)s") % {
            "hint": hint,
            "example": " ".join(one.example.split()),
        }
    if one.secret:
        parts = [
            hint,
            place_words.said(kind.key),
            gettext("It is kept in the key folder, never in the database."),
        ]
        if held:
            parts.append(gettext("One is kept: leave this empty to go on with it."))
        return Field(
            "secret", label, kind="secret", needed=one.needed and not held, most=MOST,
            hint=" ".join(part for part in parts if part),
        )  # fmt: skip
    if one.form == "choice":
        choices = tuple(Choice(value, place_words.said(value)) for value in one.choices)
        if not one.needed and not one.default:
            choices = (Choice("", gettext("As it comes")), *choices)
        return Field(
            _name(one),
            label,
            kind="choice",
            hint=hint,
            needed=one.needed,
            choices=choices,
            default=one.default,
        )
    if one.form == "yes":
        return Field(_name(one), label, kind="tick", hint=hint, default=one.default)
    if one.form == "list":
        hint = gettext("%(hint)s One a line.") % {"hint": hint}
    elif one.form == "pairs":
        hint = gettext("%(hint)s Write name=value, one a line.") % {"hint": hint}
    area = one.form in ("list", "pairs")
    return Field(
        _name(one),
        label,
        kind="area" if area else "text",
        hint=hint,
        needed=one.needed,
        most=MOST,
        default=one.default,
    )
