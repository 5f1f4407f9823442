"""What likely belongs to a case, each with what both share, as whole sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from earnest.desk.cases_alike import Evidence, Suggestion
from earnest.report import names
from earnest.store.read import Programme
from earnest.web import words

MOST = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion with the reasons for it."""

    kind: str
    number: int
    name: str
    reasons: list[str]


def shown(found: Sequence[Suggestion], programme: Programme) -> list[Shown]:
    """The likeliest ones."""
    if not found:
        return []
    called = names.of(programme, words.language())
    return [
        Shown(one.kind, one.number, one.name, list(_reasons(one.evidence, called))) for one in found[:MOST]
    ]


def _reasons(evidence: Iterable[Evidence], called: names.Names) -> Iterable[str]:
    for one in evidence:
        if one.sort == "same_post":
            yield ngettext("%(count)d post is in both.", "%(count)d posts are in both.", one.count) % {
                "count": one.count
            }
        elif one.sort == "same_theme":
            count = len(one.themes) or one.count
            if one.themes:
                says = ngettext("%(count)d theme is the same.", "%(count)d themes are the same.", count)
            else:
                says = ngettext(
                    "%(count)d post of this case has it.", "%(count)d posts of this case have it.", count
                )
            yield says % {"count": count}
        elif one.sort == "reposts":
            yield ngettext(
                "%(count)d post repeats one that is here.",
                "%(count)d posts repeat some that are here.",
                one.count,
            ) % {"count": one.count}
        elif one.sort == "phrases":
            yield _("Both speak of %(phrases)s.") % {"phrases": ", ".join(f"“{p}”" for p in one.phrases)}
        elif one.sort == "label_place_week":
            what = {"label": called.label(one.label), "place": one.place}
            if one.place:
                yield _("Both are mostly about %(label)s, at %(place)s, in the same week.") % what
            else:
                yield _("Both are mostly about %(label)s, in the same week.") % what
