"""The steps in which a programme says who listens, to whom, why, on what ground and for how long.

A step is a few fields with the words around them; what is written into them is judged by
`flow.programmes`, not here. The order is that of the notice that comes of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from earnest.record import basis
from earnest.record.errors import InputError
from earnest.store import draft
from earnest.store.draft import LONGEST_DAYS
from earnest.store.read import Programme
from earnest.understand.taxonomy import PACKS
from earnest.web import words


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers, with what it means."""

    value: str
    title: str | Promise
    says: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One answer. `name` is the term it writes (`store.write_programmes.TERMS`)."""

    name: str
    label: str | Promise
    kind: Literal["text", "area", "number", "choice", "tick", "secret"] = "text"
    hint: str | Promise = ""
    needed: bool = False
    most: int = 200
    choices: tuple[Choice, ...] = ()
    workforce_only: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the wizard."""

    id: str
    title: str | Promise
    lead: str | Promise
    fields: tuple[Field, ...] = field(default=())


LONGEST_CHOICE = 60
"""Characters of what a choice writes."""


def _said_ground(one: basis.Basis) -> str:
    named = {"name": words.named(one.name), "article": one.article}
    return gettext("%(name)s, article %(article)s") % named


def _said_careful(one: basis.Basis) -> str:
    named = {"careful": one.careful, "means": words.named(one.means)}
    return gettext("%(careful)s The notice will say: “%(means)s”") % named


def _said_directive() -> str:
    return words.named(basis.DIRECTIVE)


_ground, _careful = lazy(_said_ground, str), lazy(_said_careful, str)
_directive = lazy(_said_directive, str)
"""Words that are looked up when they are shown: in the page's language."""

AUDIENCES = (
    Choice(
        "customers",
        _("Customers"),
        _(
            "People who chose you and can leave. Reviews, forms, public posts and communities that"
            " invite you."
        ),
    ),
    Choice(
        "workforce",
        _("Workforce"),
        _(
            "People whose pay depends on you: staff, couriers, drivers,"
            " freelancers. Nothing said in"
            " public is read, nobody's mood is inferred, nothing is quoted, figures for fewer than"
            " ten voices are hidden, and their own delegate gets every report."
        ),
    ),
)

STEPS: tuple[Step, ...] = (
    Step(
        "audience",
        _("Name and audience"),
        _("What people will call it, and who they are to you. The audience stands from the first post on."),
        (
            Field(
                "name",
                _("Name"),
                needed=True,
                hint=_("As it will stand in the notice, such as “Ternway couriers”."),
            ),
            Field("audience", _("Who is listened to"), kind="choice", needed=True, choices=AUDIENCES),
        ),
    ),
    Step(
        "purpose",
        _("Purpose"),
        _(
            "Why you listen. It stands in the notice word for word, so"
            " write it for the people you"
            " listen to. What aims at persons or at organising is refused."
        ),
        (
            Field(
                "purpose",
                _("Purpose"),
                kind="area",
                most=2_000,
                needed=True,
                hint=_("A sentence or two: which problems you want to find, and what comes of it."),
            ),
            Field(
                "purpose_es",
                _("The same in Spanish"),
                kind="area",
                most=2_000,
                hint=_("For the Spanish notice. Left empty, it shows the first as it is."),
            ),
        ),
    ),
    Step(
        "basis",
        _("Lawful basis"),
        _(
            "On what ground you may do this. The law knows six (GDPR,"
            " article 6). If you are unsure,"
            " ask your data protection officer before you go on."
        ),
        (
            Field(
                "lawful_basis",
                _("Ground"),
                kind="choice",
                needed=True,
                choices=tuple(
                    Choice(
                        one.id,
                        _ground(one),
                        _careful(one),
                    )
                    for one in basis.BASES
                ),
            ),
            Field(
                "basis_note",
                _("In your own words"),
                kind="area",
                most=2_000,
                hint=_("The balance you struck, the law you follow, where the assessment can be read."),
            ),
            Field(
                "directive",
                _directive(),
                kind="tick",
                needed=True,
                workforce_only=True,
                hint=_("Tick it if you can stand by it. Without it a workforce is not listened to."),
            ),
        ),
    ),
    Step(
        "retention",
        _("Retention"),
        _("For how long the text of a post is kept. When its time is over it is erased; figures stay."),
        (
            Field(
                "retention_days",
                _("Days"),
                kind="number",
                needed=True,
                most=LONGEST_DAYS,
                hint=_("Such as 180. As short as you can do with; ten years are the most."),
            ),
        ),
    ),
    Step(
        "contact",
        _("Contact and complaint"),
        _("Whom people can write to, and where they can complain about you."),
        (
            Field("organisation", _("Who listens"), hint=_("The name of your organisation.")),
            Field(
                "contact",
                _("Contact"),
                needed=True,
                hint=_("An e-mail address or a page that somebody reads."),
            ),
            Field("complaint", _("Complaints"), hint=_("If they go elsewhere.")),
            Field(
                "officer", _("Data protection officer"), hint=_("If you have one: an address, not a name.")
            ),
            Field(
                "supervisor",
                _("Supervisory authority"),
                hint=_("Such as the ICO, the AEPD or the CNIL, with its address."),
            ),
        ),
    ),
    Step(
        "taxonomy",
        _("Taxonomy"),
        _("What posts may be about. A taxonomy sorts them; posts that fit nowhere are kept as “other”."),
        (
            Field(
                "taxonomy",
                _("Taxonomy"),
                kind="choice",
                needed=True,
                choices=tuple(Choice(id, id.replace("-", " ").capitalize()) for id in PACKS),
            ),
        ),
    ),
    Step(
        "places",
        _("Places"),
        _("Where you listen. Every place stands in the public notice."),
    ),
)

OWED: dict[str, str | Promise] = {
    "a purpose": _("a purpose"),
    "a lawful basis": _("a lawful basis"),
    "the statement on article 7 of Directive (EU) 2024/2831": _(
        "the statement on article 7 of Directive (EU) 2024/2831"
    ),
    "how long posts are kept": _("how long posts are kept"),
    "a contact": _("a contact"),
}
"""What a draft lacks (`store.draft.OWED`)."""


def lacking(owed: Sequence[draft.Owed]) -> str:
    """What is missing, as a list: "a purpose, a lawful basis and a contact"; "" where nothing is."""
    names = [str(OWED.get(one.what, one.what)) for one in owed]
    if len(names) < 2:
        return "".join(names)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


BY_ID: dict[str, Step] = {step.id: step for step in STEPS}


def after(id: str) -> str | None:
    """The step after one; None after the last, where the notice is read."""
    ids = [step.id for step in STEPS]
    at = ids.index(id) + 1
    return ids[at] if at < len(ids) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A field with the answer that stands in it."""

    field: Field
    value: str

    @property
    def chosen(self) -> list[tuple[Choice, bool]]:
        return [(choice, choice.value == self.value) for choice in self.field.choices]

    @property
    def ticked(self) -> bool:
        return self.value == "yes"


def asked(step: Step, programme: Programme | None, given: Mapping[str, str] | None = None) -> list[Asked]:
    """The fields of a step with what was just written (`given`), else with what the programme says."""
    answers = []
    for one in fields(step, programme):
        if given is not None:
            value = given.get(one.name, "")
        else:
            value = "" if programme is None else _said(getattr(programme, one.name))
        answers.append(Asked(one, value))
    return answers


def fields(step: Step, programme: Programme | None) -> list[Field]:
    """The fields that this programme is asked: the statement of the directive only for a workforce."""
    workforce = programme is not None and programme.audience == "workforce"
    return [one for one in step.fields if workforce or not one.workforce_only]


def terms(step: Step, programme: Programme | None, given: Mapping[str, str]) -> dict[str, Any]:
    """What was written, as terms. Raises InputError that names the field for what cannot be read."""
    return read_fields(fields(step, programme), given)


def read_fields(fields: Sequence[Field], given: Mapping[str, str]) -> dict[str, Any]:
    """What was written in these fields. Raises InputError that names the field for what cannot be read."""
    found: dict[str, Any] = {}
    for one in fields:
        said = given.get(one.name, "").strip()
        if one.kind == "tick":
            found[one.name] = said == "yes"
        elif one.kind == "number":
            if not (said.isascii() and said.isdecimal() and len(said) < 6):
                raise InputError(
                    gettext("“%(said)s” is not a number of days.") % {"said": said[:20]},
                    advice=gettext("Write a number, such as 180."),
                )
            found[one.name] = int(said)
        elif one.kind == "choice" and said not in [choice.value for choice in one.choices] + (
            [] if one.needed else [""]
        ):
            raise InputError(
                gettext("Nothing of the list was chosen.")
                if not said
                else gettext("That is not on the list.")
            )
        elif one.needed and not said:
            raise InputError(
                gettext("“%(label)s” is empty.") % {"label": one.label}, advice=gettext("Write it out.")
            )
        elif len(said) > max(one.most, LONGEST_CHOICE) or "\x00" in said:
            raise InputError(
                gettext("“%(label)s” is longer than %(most)s characters.")
                % {"label": one.label, "most": words.number(one.most)},
                advice=gettext("Say it shorter."),
            )
        else:
            found[one.name] = said
    return found


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "")
