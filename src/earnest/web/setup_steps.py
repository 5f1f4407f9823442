"""The steps in which a programme says who listens, to whom, why, on what ground and for how long.

A step is a few fields with the words around them; what is written into them is judged by
`flow.programmes`, not here. The order is that of the notice that comes of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from earnest.record import basis
from earnest.record.errors import InputError
from earnest.store.draft import LONGEST_DAYS
from earnest.store.read import Programme
from earnest.understand.taxonomy import PACKS


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers, with what it means."""

    value: str
    title: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One answer. `name` is the term it writes (`store.write_programmes.TERMS`)."""

    name: str
    label: str
    kind: Literal["text", "area", "number", "choice", "tick", "secret"] = "text"
    hint: str = ""
    needed: bool = False
    most: int = 200
    choices: tuple[Choice, ...] = ()
    workforce_only: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the wizard."""

    id: str
    title: str
    lead: str
    fields: tuple[Field, ...] = field(default=())


LONGEST_CHOICE = 60
"""Characters of what a choice writes."""

AUDIENCES = (
    Choice(
        "customers",
        "Customers",
        "People who chose you and can leave. Reviews, forms, public posts and communities that invite you.",
    ),
    Choice(
        "workforce",
        "Workforce",
        "People whose pay depends on you: staff, couriers, drivers, freelancers. Nothing said in public is"
        " read, nobody's mood is inferred, nothing is quoted, figures for fewer than ten voices are hidden,"
        " and their own delegate gets every report.",
    ),
)

STEPS: tuple[Step, ...] = (
    Step(
        "audience",
        "Name and audience",
        "What people will call it, and who they are to you. The audience stands from the first post on.",
        (
            Field("name", "Name", needed=True,
                  hint="As it will stand in the notice, such as “Ternway couriers”."),
            Field("audience", "Who is listened to", kind="choice", needed=True, choices=AUDIENCES),
        ),
    ),
    Step(
        "purpose",
        "Purpose",
        "Why you listen. It stands in the notice word for word, so write it for the people you listen to."
        " What aims at persons or at organising is refused.",
        (
            Field("purpose", "Purpose", kind="area", most=2_000, needed=True,
                  hint="A sentence or two: which problems you want to find, and what comes of it."),
            Field("purpose_es", "The same in Spanish", kind="area", most=2_000,
                  hint="For the Spanish notice. Left empty, it shows the first as it is."),
        ),
    ),
    Step(
        "basis",
        "Lawful basis",
        "On what ground you may do this. The law knows six (GDPR, article 6). If you are unsure, ask your"
        " data protection officer before you go on.",
        (
            Field("lawful_basis", "Ground", kind="choice", needed=True,
                  choices=tuple(
                      Choice(
                          one.id,
                          f"{one.name['en']}, article {one.article}",
                          f"{one.careful} The notice will say: “{one.means['en']}”",
                      )
                      for one in basis.BASES
                  )),
            Field("basis_note", "In your own words", kind="area", most=2_000,
                  hint="The balance you struck, the law you follow, where the assessment can be read."),
            Field("directive", basis.DIRECTIVE["en"], kind="tick", needed=True, workforce_only=True,
                  hint="Tick it if you can stand by it. Without it a workforce is not listened to."),
        ),
    ),
    Step(
        "retention",
        "Retention",
        "For how long the text of a post is kept. When its time is over it is erased; figures"
        " stay.",
        (
            Field("retention_days", "Days", kind="number", needed=True, most=LONGEST_DAYS,
                  hint="Such as 180. As short as you can do with; ten years are the most."),
        ),
    ),
    Step(
        "contact",
        "Contact and complaint",
        "Whom people can write to, and where they can complain about you.",
        (
            Field("organisation", "Who listens", hint="The name of your organisation."),
            Field("contact", "Contact", needed=True, hint="An e-mail address or a page that somebody reads."),
            Field("complaint", "Complaints", hint="If they go elsewhere."),
            Field("officer", "Data protection officer", hint="If you have one: an address, not a name."),
            Field("supervisor", "Supervisory authority",
                  hint="Such as the ICO, the AEPD or the CNIL, with its address."),
        ),
    ),
    Step(
        "taxonomy",
        "Taxonomy",
        "What posts may be about. A taxonomy sorts them; posts that fit nowhere are kept as “other”.",
        (
            Field("taxonomy", "Taxonomy", kind="choice", needed=True,
                  choices=tuple(Choice(id, id.replace("-", " ").capitalize()) for id in PACKS)),
        ),
    ),
    Step(
        "places",
        "Places",
        "Where you listen. Every place stands in the public notice.",
    ),
)  # fmt: skip

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
                    f"“{said[:20]}” is not a number of days.", advice="Write a number, such as 180."
                )
            found[one.name] = int(said)
        elif one.kind == "choice" and said not in [choice.value for choice in one.choices]:
            raise InputError("Nothing of the list was chosen." if not said else "That is not on the list.")
        elif one.needed and not said:
            raise InputError(f"“{one.label}” is empty.", advice="Write it out.")
        elif len(said) > max(one.most, LONGEST_CHOICE) or "\x00" in said:
            raise InputError(
                f"“{one.label}” is longer than {one.most:,} characters.", advice="Say it shorter."
            )
        else:
            found[one.name] = said
    return found


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "")
