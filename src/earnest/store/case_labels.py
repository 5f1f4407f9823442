"""Which cases are about a label: those with a post of that main label, or with a theme of it.

A condition on single cases, so that a page is found by leafing through an order that has an index: of each
case that is looked at its own links are read, and no post of the label besides.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from earnest.store import labels_used, overdue
from earnest.store.models import Case, CasePost, CaseTheme
from earnest.store.scope import Scope


def about(within: Scope, wanted: str) -> Q:
    """A condition on cases that stand by themselves. `wanted` is a label or a category, by its id now; what
    may not be told of says nothing.
    """
    labels = labels_used.meant(within, (wanted,))
    told = Q(post_id__gte=within.first_id) & ~Q(post__place_id__in=within.hidden)
    for days in within.overdue:
        told &= ~Q(
            post__place_id=days.place,
            post_id__gte=overdue.ids(days.first),
            post_id__lt=overdue.ids(days.end),
        )
    posts = CasePost.objects.filter(told, out__isnull=True, post__label__in=labels)
    themes = CaseTheme.objects.filter(
        Q(theme__into__label__in=labels, theme__state="merged")
        | (Q(theme__label__in=labels) & ~Q(theme__state="merged")),
        out__isnull=True,
    )
    return _any(posts) | _any(themes)


def _any(links: "QuerySet[CasePost] | QuerySet[CaseTheme]") -> Q:
    """Whether a case has such a link, itself or by one that became part of it. Asked of each of those, so
    that SQLite goes by the case and not by all links that are in force.
    """
    own = Q(Exists(links.filter(case_id=OuterRef("pk"))))
    return own | Q(Exists(Case.objects.filter(own, root_id=OuterRef("pk"))))
