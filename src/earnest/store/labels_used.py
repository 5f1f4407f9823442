"""The labels that posts of a programme have, and which of them are meant by one that somebody asks for."""

from collections.abc import Collection

from django.db import connection

from earnest.store.scope import Scope


def used(within: Scope) -> list[str]:
    """Every label that a post of the programme has, in order: one seek a label, however many posts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE used(label) AS ("
            "SELECT min(label) FROM store_postlabel WHERE programme_id = %s UNION ALL "
            "SELECT (SELECT min(l.label) FROM store_postlabel l"
            " WHERE l.programme_id = %s AND l.label > used.label)"
            " FROM used WHERE used.label IS NOT NULL) SELECT label FROM used WHERE label IS NOT NULL",
            [within.id, within.id],
        )
        return [label for (label,) in cursor.fetchall()]


def meant(within: Scope, wanted: Collection[str]) -> list[str]:
    """Of those, the ones that are meant by labels or categories: also what they were called formerly, and
    what one that was split became.
    """
    lineage = within.lineage
    now = {*wanted, *(lineage.now(label) for label in wanted)}
    now.update(part for label in wanted for part in lineage.parts(label))

    def fits(label: str) -> bool:
        return label in now or label.partition(".")[0] in now

    return [label for label in used(within) if fits(lineage.now(label))]
