"""What a page asks of a steward who adds a place or invites a community, by its type."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from earnest.record.audience import of as allowed
from earnest.sources.registry import TYPES
from earnest.web.setup_steps import Asked, Choice, Field

KIND_CHOICES = {
    "addressed": Choice(
        "addressed", _("Said to you"), _("Reviews of what you do, answers to what you asked.")
    ),
    "open": Choice("open", _("Said in public"), _("Anybody may read it, and it was not said to you.")),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of place that can be added on a page. `settings` are the source's own."""

    type: str
    title: str | Promise
    settings: tuple[Field, ...]
    secret: Field | None = None


ADDED: dict[str, Kind] = {
    "feed": Kind(
        "feed",
        _("A web feed"),
        (
            Field(
                "url",
                _("Address"),
                needed=True,
                most=2_000,
                hint=_("Of the feed itself: RSS, Atom or JSON Feed."),
            ),
        ),
    ),
}

INVITED: dict[str, Kind] = {
    "matrix": Kind(
        "matrix",
        _("A Matrix room"),
        (
            Field(
                "homeserver", _("Homeserver"), needed=True, hint=_("Where the bot has its account: https://…")
            ),
            Field(
                "room",
                _("Room"),
                needed=True,
                hint=_("Its id or alias: !abc:example.org or #riders:example.org"),
            ),
        ),
        Field(
            "secret",
            _("The bot’s access token"),
            kind="secret",
            needed=True,
            most=1_000,
            hint=_("Of an account made for this alone. It is kept in the key folder, never in the database."),
        ),
    ),
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


def to_add(kind: Kind, audience: str) -> list[Field]:
    """The fields for adding a place that needs no invitation."""
    kinds = [
        KIND_CHOICES[one]
        for one in TYPES[kind.type].kinds
        if one in KIND_CHOICES and one in allowed(audience).kinds
    ]
    return [
        NAME,
        Field("kind", gettext("What is said there is"), kind="choice", needed=True, choices=tuple(kinds)),
        *kind.settings,
    ]


def to_invite(kind: Kind) -> list[Field]:
    """The fields for inviting a community."""
    return [NAME, *kind.settings, *([kind.secret] if kind.secret else []), GRACE]


def asked(fields: list[Field], given: dict[str, str]) -> list[Asked]:
    """The fields with what was written. A secret is never written back."""
    defaults = {"grace": "7"}
    return [
        Asked(one, "" if one.kind == "secret" else given.get(one.name, defaults.get(one.name, "")))
        for one in fields
    ]
