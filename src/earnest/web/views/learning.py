"""Learning: what people's answers made better, how good each label is here, and what changed of late."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from earnest.desk import access, audit
from earnest.flow import drifting, teach
from earnest.report import measured
from earnest.store import read_learn
from earnest.store.read import Programme
from earnest.understand.compare import Agreement
from earnest.understand.evaluate import Measured, Share
from earnest.web import learning_words, understanding, words
from earnest.web.frame import door, render

LEAST = 5
"""Looked-at posts of a label below which its figures are not told; the programme's floor if that is more."""


@dataclass(frozen=True, slots=True)
class Row:
    """One label, or a category (`whole`), as measured here."""

    id: str
    name: str
    whole: bool
    looked: int
    right: str
    found: str


@door("see_taxonomy")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Which model is used, what the last comparison said, each label's figures, and what drifts."""
    here = measured.measured(programme.slug)
    rows, least = _rows(programme, here), max(LEAST, programme.floor)
    context = _standing(request, programme) | {
        "rows": [row for row in rows if row.looked >= least],
        "few": sum(row.looked < least and not row.whole for row in rows),
        "least": least,
        "answered": here.rolling.posts,
        "drawn": here.drawn,
        "accuracy": share(here.rolling.accuracy),
        "agreed": _agreed(here.agreement),
        "notices": [
            learning_words.told(notice, understanding.taxonomy_of(programme))
            for notice in drifting.notices(programme.slug, datetime.now(UTC))
        ],
        "history": read_learn.models_of(programme.slug)[:8],
        "may_correct": access.may(request.user, "correct", programme.slug),
    }
    return render(request, "web/learning.html", programme, context)


@require_safe
@door("see_taxonomy")
def run(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Where learning stands, for htmx, which asks every two seconds while a run is under way."""
    context = _standing(request, programme) | {"programme": programme}
    return django_render(request, "web/_learning.html", context)


@require_POST
@door("choose_model")
def begin(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Begin a run in a process of its own; a better model is taken over by whoever began it."""
    if teach.start(programme.slug, _home(), take=True, by=request.user.pk):
        audit.by(request.user, "learning_begun", programme.slug)
    return _back(programme)


@require_POST
@door("choose_model")
def use(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Take over the better one that waits."""
    waits = teach.status(programme.slug, _home()).candidate
    if waits is not None:
        teach.use(programme.slug, waits.id, request.user.pk)
    return _back(programme)


@require_POST
@door("choose_model")
def back(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Use the one before again."""
    teach.back(programme.slug, _home(), request.user.pk)
    return _back(programme)


def _standing(request: HttpRequest, programme: Programme) -> dict[str, object]:
    return {
        "status": teach.status(programme.slug, _home()),
        "may_choose": access.may(request.user, "choose_model", programme.slug),
        "enough": teach.LEAST,
    }


def _rows(programme: Programme, here: measured.Here) -> list[Row]:
    taxonomy = understanding.taxonomy_of(programme)
    names = {label.id: words.named(label.name) for label in taxonomy.labels} if taxonomy else {}
    groups = {one.id: words.named(one.name) for one in taxonomy.categories} if taxonomy else {}
    single = {id for id in here.rolling.labels if "." not in id}
    rows = [
        _row(figures, groups.get(id, id), whole=True)
        for id, figures in here.categories.labels.items()
        if id not in single
    ]
    rows += [_row(figures, names.get(id, id), whole=False) for id, figures in here.rolling.labels.items()]
    return sorted(rows, key=lambda row: (row.id.partition(".")[0], not row.whole, row.id))


def _row(figures: Measured, name: str, *, whole: bool) -> Row:
    looked, right, found = figures.precision.of, share(figures.precision), share(figures.recall)
    return Row(figures.id, name, whole, looked, right, found)


def share(found: Share) -> str:
    """A share with its likely range, or that it is too early to say."""
    if found.value is None:
        return gettext("never given")
    named = {
        "right": f"{found.value * 100:.0f}",
        "low": f"{found.low * 100:.0f}",
        "high": f"{found.high * 100:.0f}",
    }
    if measured.tells(found):
        return gettext("%(right)s in 100 (%(low)s to %(high)s in 100)") % named
    return gettext("too early: %(low)s to %(high)s in 100") % named


def _agreed(found: Agreement) -> str:
    """How often two people said the same, in a sentence; nothing where too few were asked."""
    if found.share.of < LEAST:
        return ""
    if not measured.tells(found.share):
        return gettext("It is too early to say how often two people agree.")
    named = {
        "share": share(found.share),
        "posts": words.posts(found.share.of),
        "beyond": f"{found.kappa or 0:.2f}",
    }
    if found.kappa is None:
        return gettext("Two people who answered the same post agreed %(share)s, %(posts)s.") % named
    return (
        gettext(
            "Two people who answered the same post agreed %(share)s, %(posts)s; %(beyond)s of 1 beyond what"
            " chance would do."
        )
        % named
    )


def _home() -> Path:
    return Path(settings.EARNEST_HOME)


def _back(programme: Programme) -> HttpResponse:
    return HttpResponseRedirect(reverse("learning", args=[programme.slug]))
