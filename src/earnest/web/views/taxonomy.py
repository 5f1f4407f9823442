"""Taxonomy: what posts may be about, how often they were, and how good each label is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from earnest.desk import access
from earnest.report import measured, shown
from earnest.store import read, read_taxonomy
from earnest.store.read import LabelQuality, Programme
from earnest.understand.evaluate import Measured, Share
from earnest.understand.taxonomy import Label, Taxonomy
from earnest.web import understanding, words
from earnest.web.frame import door, render

WEEKS = 4
SEVERITIES = {
    1: _("1, a nuisance"),
    2: _("2, costs time or money"),
    3: _("3, keeps from working"),
    4: _("4, somebody may be hurt"),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One label with its count and figures."""

    label: Label
    name: str
    severity: str
    posts: str
    precision: str
    recall: str
    here: str
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A category, the posts under it, and its labels."""

    id: str
    name: str
    posts: str
    leaves: tuple[Leaf, ...]


@door("see_taxonomy")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The tree, with counts of the last four whole weeks by main label."""
    taxonomy, model = understanding.taxonomy_of(programme), understanding.model_of(programme)
    told = shown.topics(programme, datetime.now(UTC).date(), WEEKS, words.language())
    quality = model.quality if model else None
    blind = measured.measured(programme.slug).rolling.labels
    context = {
        "taxonomy": taxonomy,
        "branches": _branches(
            taxonomy, model.quality if model else None, told, read.label_quality(programme.slug), blind
        )
        if taxonomy
        else [],
        "weeks": WEEKS,
        "quality": quality,
        "category_share": _share(quality.category) if quality else "",
        "model": model.id if model else "",
        "unsure_share": _share(quality.unsure) if quality else "",
        "total": told.total,
        "none": shown.words(0, programme.floor, lang=words.language()),
        "version": read_taxonomy.current(programme.slug),
        "waiting": read_taxonomy.waiting(programme.slug),
        "keeps": access.may(request.user, "keep_taxonomy", programme.slug),
    }
    return render(request, "web/taxonomy.html", programme, context)


def _branches(
    taxonomy: Taxonomy,
    quality: object,
    told: shown.Topics,
    here: dict[str, LabelQuality],
    blind: Mapping[str, Measured],
) -> list[Branch]:
    trained: dict[str, Measured] = {one.id: one for one in getattr(quality, "labels", ())}
    known = {id: one for id, one in blind.items() if measured.tells(one.precision)}
    figures, none = trained | known, shown.words(0, 1, lang=words.language())
    return [
        Branch(
            id=category.id,
            name=words.named(category.name),
            posts=told.categories.get(category.id, none),
            leaves=tuple(
                Leaf(
                    label=label,
                    name=words.named(label.name),
                    severity=str(SEVERITIES.get(label.severity, label.severity)),
                    posts=told.labels.get(label.id, none),
                    precision=_share(figures[label.id].precision) if label.id in figures else "",
                    recall=_share(figures[label.id].recall) if label.id in figures else "",
                    here=_here(here.get(label.id)),
                    blind=label.id in known,
                )
                for label in taxonomy.under(category.id)
            ),
        )
        for category in taxonomy.categories
    ]


def _share(share: Share) -> str:
    """A share as "84 in 100 (likely 78 to 89)"."""
    if share.value is None:
        return gettext("never given")
    return words.share({"value": share.value, "low": share.low, "high": share.high})


def _here(quality: LabelQuality | None) -> str:
    if quality is None or not quality.of:
        return ""
    return gettext("kept %(kept)s of %(times)s") % {"kept": quality.right, "times": words.times(quality.of)}
