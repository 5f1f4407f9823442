"""What an alert says, in the languages of the pages: whole sentences with places for figures.

`report.alerts` chooses the sentence and rounds the figures; nothing here knows a count.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlertWords:
    """The sentences of one language. Names in braces are filled in."""

    kinds: Mapping[str, str]
    at_place: str
    in_region: str
    one_hour: str
    hours: str
    days: str
    lost: str
    came: str
    fewer: str
    about: str
    likely: str
    single_post: str
    single: str
    new: str
    theme: str
    # the chart
    none: str
    some: str
    not_heard: str
    band: str
    up_to: str
    bar: str


ENGLISH = AlertWords(
    kinds={
        "": "posts",
        "trouble": "complaints and reports",
        "complaint": "complaints",
        "report": "reports",
        "question": "questions",
        "idea": "ideas",
        "praise": "posts of praise",
    },
    at_place="{about} at {place}",
    in_region="{about} in {region}",
    one_hour="one hour",
    hours="{count} hours",
    days="{count} days",
    lost="More {what} than usual within {span}; by now too few voices are left to tell a number.",
    came="About {came} {what} within {span}, of about {voices} voices at least."
    " Usual for such hours: {usual}.",
    fewer="fewer than {count}",
    about="about {count}",
    likely="about {middle} ({low} to {high})",
    single_post="A single post",
    single="A single post, or a few, on something that may be serious. Read it and decide.",
    new="Several voices speak of a problem that was not heard of before.",
    theme="A theme",
    none="none",
    some="fewer than {count}",
    not_heard="not heard",
    band="{low} to {high}",
    up_to="up to {high}",
    bar="{when}: {came}, usual {usual}",
)

SPANISH = AlertWords(
    kinds={
        "": "mensajes",
        "trouble": "quejas y avisos de lo ocurrido",
        "complaint": "quejas",
        "report": "avisos de lo ocurrido",
        "question": "preguntas",
        "idea": "ideas",
        "praise": "elogios",
    },
    at_place="{about} en {place}",
    in_region="{about} en {region}",
    one_hour="una hora",
    hours="{count} horas",
    days="{count} días",
    lost="Más {what} que de costumbre en {span}; ya quedan muy pocas voces para decir una cifra.",
    came="Cerca de {came} {what} en {span}, de al menos unas {voices} voces."
    " Lo habitual en esas horas: {usual}.",
    fewer="menos de {count}",
    about="cerca de {count}",
    likely="cerca de {middle} (de {low} a {high})",
    single_post="Un solo mensaje",
    single="Un mensaje, o unos pocos, sobre algo que puede ser grave. Léalo y decida.",
    new="Varias voces hablan de un problema del que no se había oído antes.",
    theme="Un tema",
    none="ninguno",
    some="menos de {count}",
    not_heard="sin oír",
    band="de {low} a {high}",
    up_to="hasta {high}",
    bar="{when}: {came}; lo habitual, {usual}",
)


def of(lang: str) -> AlertWords:
    """The words of a language; English where there is none."""
    return SPANISH if lang == "es" else ENGLISH
