"""A programme, from its name to the day it begins to listen: checked, judged, written, and noted.

A new one is a draft with a form in which people can speak to the operator. Its name and its purpose are
judged like any other configuration: a programme that aims at people or at protected speech is refused with
the reason. Every change is a link of the audit chain; what was written there before is not.
"""

import re
from typing import Any

from django.db import transaction

from earnest.desk import audit
from earnest.gate.refusals import judge
from earnest.record.errors import BadSetting, RefusedConfiguration
from earnest.store import draft, read, write
from earnest.understand.taxonomy import pack

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,48}")
TAKEN = frozenset(
    {
        "api", "in", "leave", "notice", "programmes", "receipt", "say", "schema", "sign-in", "sign-out",
        "static",
    }
)  # fmt: skip
"""Words that addresses of the pages begin with."""

FORM = "form"

JUDGED = {"name": "The name", "purpose": "The purpose", "purpose_es": "The Spanish purpose"}
"""Terms that say what is listened for."""

PLAIN = "Nothing else."


def add_programme(
    slug: str, name: str, audience: str, *, actor: str, keeper: int | None = None, **terms: Any
) -> None:
    """Add a programme as a draft, with its submit form. `terms` as in `store.write.change_programme`.

    `keeper`: the person who becomes its admin (an admin of everything needs no role).

    Raises BadSetting, RefusedConfiguration, RefusedAudience, InputError, TaxonomyError or StoreError.
    """
    if not SLUG.fullmatch(slug) or slug in TAKEN:
        raise BadSetting(
            f"A programme cannot be called '{slug[:50]}'.",
            advice=f"Use 2 to 49 small letters, digits and hyphens, and none of: {', '.join(sorted(TAKEN))}.",
        )
    _judge({"name": name, **terms})
    with transaction.atomic():
        write.add_programme(slug, name.strip() or slug, audience, **terms)
        write.add_place(slug, FORM, title=f"Form of {name}", type="submit", kind="addressed")
        if keeper is not None:
            write.set_membership(keeper, slug, "admin")
        audit.note(actor, "programme_added", programme=slug, detail={"audience": audience})


def change_programme(slug: str, *, actor: str, **terms: Any) -> tuple[str, ...]:
    """Write terms of a programme; the names of those that changed.

    Raises RefusedConfiguration for a name or purpose that aims at people or protected speech, and what
    `store.write.change_programme` raises.
    """
    _judge(terms)
    with transaction.atomic():
        changed = write.change_programme(slug, **terms)
        for name in changed:
            audit.note(actor, "programme_changed", programme=slug, about=f"term:{name}")
    return changed


def begin(slug: str, *, actor: str) -> None:
    """Let a programme go live: it is heard and its notice is public.

    Raises InputError naming what is missing. What it listens for is judged once more: words that were written
    past the pages are no way around.
    """
    found = read.programme(slug)
    if found is not None:
        draft.check_complete(found)
        _judge({name: getattr(found, name) for name in JUDGED})
        pack(found.taxonomy)
    with transaction.atomic():
        was = found.state if found else ""
        write.go_live(slug)
        if was != "live":
            audit.note(actor, "went_live", programme=slug)


def _judge(terms: dict[str, Any]) -> None:
    for name, called in JUDGED.items():
        # A word alone is judged as the name of a field; the name of a programme is none ("Riders").
        reason = judge("category", f"{terms[name]}. {PLAIN}") if terms.get(name) else None
        if reason is not None:
            said = reason.replace("make a category", "listen for anything", 1)
            raise RefusedConfiguration(f"{called} is refused. {said}")
    if "taxonomy" in terms:
        pack(terms["taxonomy"])
