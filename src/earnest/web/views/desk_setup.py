"""Setup: what is set once and looked at seldom. A plain list of where each thing is kept."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from earnest.desk import access
from earnest.store.read import Programme
from earnest.web.frame import door, render

ENTRIES: tuple[tuple[Promise, tuple[tuple[str, Promise, Promise, access.Action], ...]], ...] = (
    (
        _("Who works here"),
        (
            ("team", _("People"), _("Who is on the desk, in which role, and who is invited."), "see_team"),
            ("teams", _("Teams"), _("Who looks after what, and who leads them."), "see_cases"),
            ("tokens", _("Tokens"), _("Keys by which other programs read and write here."), "see_figures"),
        ),
    ),
    (
        _("What goes where"),
        (
            (
                "routes",
                _("Routes"),
                _("What is escalated, to which team, and what happens when nobody answers."),
                "see_cases",
            ),
            ("escalations", _("Escalations"), _("What is on its way up, and how it ended."), "see_cases"),
            (
                "channels",
                _("Channels"),
                _("Where messages go: mail, chat, webhooks, trackers."),
                "keep_channels",
            ),
            (
                "sent",
                _("Sent"),
                _("Every message that went out, to whom, and whether it arrived."),
                "keep_routes",
            ),
            (
                "alert_rules",
                _("Alert rules"),
                _("What is alerted on, how readily, and in which hours."),
                "see_alerts",
            ),
            ("actions", _("Actions"), _("What was done about problems, and what is planned."), "see_cases"),
        ),
    ),
    (
        _("How posts are read"),
        (
            (
                "taxonomy",
                _("Taxonomy"),
                _("The labels that posts are sorted into, and how good each one is."),
                "see_taxonomy",
            ),
            (
                "review",
                _("Review"),
                _("Posts that the model was unsure about, and blind samples."),
                "correct",
            ),
            (
                "learning",
                _("Learning"),
                _("What was learnt from corrections, and whether it is better."),
                "see_taxonomy",
            ),
            (
                "second",
                _("Second looks"),
                _("A slower, more accurate look at posts that are hard to sort."),
                "see_taxonomy",
            ),
        ),
    ),
    (
        _("On what terms"),
        (
            (
                "setup",
                _("Terms"),
                _("Why this programme listens, on which basis, and how long it keeps posts."),
                "keep_terms",
            ),
            (
                "notice",
                _("Public notice"),
                _("What everybody can read about this programme."),
                "see_figures",
            ),
        ),
    ),
)
"""Rooms by group: the name of their address, title, one sentence, and the right that opens them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page."""

    title: Promise
    says: Promise
    url: str


@require_safe
@door("see_figures")
def page(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The rooms that this person's role opens."""
    rights = access.rights(request.user, programme.slug)
    groups = []
    for heading, entries in ENTRIES:
        shown = [
            Entry(title, says, reverse(name, args=[programme.slug]))
            for name, title, says, action in entries
            if action in rights
        ]
        if shown:
            groups.append((heading, shown))
    return render(request, "web/desk_setup.html", programme, {"groups": groups})
