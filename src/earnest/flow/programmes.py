"""A new programme, whole: checked, added, with a form in which people can speak to the operator."""

import re

from earnest.gate.refusals import judge
from earnest.record.errors import BadSetting, RefusedConfiguration
from earnest.store import write
from earnest.understand.taxonomy import pack

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,48}")
TAKEN = frozenset({"api", "in", "notice", "say", "sign-in", "sign-out", "static"})
"""Words that addresses of the pages begin with."""

FORM = "form"


def add_programme(
    slug: str,
    name: str,
    audience: str,
    *,
    taxonomy: str,
    purpose: str,
    lawful_basis: str,
    contact: str,
    retention_days: int,
) -> None:
    """Add a programme and its submit form.

    Raises BadSetting, RefusedConfiguration, TaxonomyError or StoreError.
    """
    if not SLUG.fullmatch(slug) or slug in TAKEN:
        raise BadSetting(
            f"A programme cannot be called '{slug[:50]}'.",
            advice=f"Use 2 to 49 small letters, digits and hyphens, and none of: {', '.join(sorted(TAKEN))}.",
        )
    for field, said in (("purpose", purpose), ("lawful basis", lawful_basis), ("contact", contact)):
        if not said.strip():
            raise BadSetting(f"The {field} is empty.", advice="It stands in the public notice: write it out.")
    reason = judge("category", f"{name}. {purpose}")
    if reason is not None:
        raise RefusedConfiguration(f"Earnest does not listen for this. {reason}")
    pack(taxonomy)
    write.add_programme(
        slug,
        name,
        audience,
        purpose=purpose,
        lawful_basis=lawful_basis,
        contact=contact,
        retention_days=retention_days,
        taxonomy=taxonomy,
    )
    write.add_place(slug, FORM, title=f"Form of {name}", type="submit", kind="addressed")
