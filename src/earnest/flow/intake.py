"""Where a file goes: the place it is imported into, made when it does not exist."""

import re
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

from earnest.flow import learn, leave
from earnest.flow.worker import Job
from earnest.gate.consent import Consent
from earnest.record.errors import BadSetting, StoreError
from earnest.sources.registry import TYPES
from earnest.store import draft, read, read_leaving, write


def file_job(programme: str | None, name: str, settings: dict[str, Any], home: Path) -> tuple[int, Job]:
    """The place named `name` and the job that imports a file into it.

    A name that does not exist yet becomes an `addressed` file place of the programme; without a programme, of
    the default one, which a fresh home gets here (customers, gig-delivery). Raises BadSetting for a name that
    is none, InputError for a programme that is a draft.
    """
    slug = slug_of(name)
    if programme is None:
        programme = write.default_programme()
    draft.check_live(programme_of(programme))
    if read.place(programme, slug) is None:
        write.add_place(programme, slug, title=name, type="file", kind="addressed", interval=0)
    write.settled()
    place = read.listening_place(programme, slug)
    if place.type != "file":
        raise StoreError(
            f"The place '{slug}' is not one of files ({place.type}).", advice="Import under another name."
        )
    if place.state == "closed":
        raise StoreError(f"The place '{slug}' is closed.", advice="Import under another name.")
    write.must_recheck(place.id, recheck_terms(place))
    return place.id, Job(
        type="file",
        settings=settings,
        cursor=place.cursor,
        audience=place.audience,
        kind=place.kind,
        source=source_name(place),
        region=place.region,
        keys=home / "keys" / "voices.key",
        model=learn.current(programme, home),
        words=read.needs_words(),
        consent=consent_of(place),
        out=read_leaving.opted_out(place.id),
        kin=leave.kin(place),
    )


def recheck_terms(place: read.ListeningPlace) -> timedelta | None:
    """How long a post of this place may be shown after it was last seen at its source; None: as long as it is
    kept.
    """
    hours = str(place.settings.get("recheck_hours") or "")
    if hours.isdecimal():
        return timedelta(hours=int(hours))
    kind = TYPES.get(place.type)
    return kind.recheck if kind else None


def programme_of(slug: str) -> read.Programme:
    """The programme of this name. Raises StoreError that names those there are."""
    found = read.programme(slug)
    if found is None:
        known = ", ".join(one.slug for one in read.programmes()) or "none yet"
        raise StoreError(f"There is no programme '{slug}'.", advice=f"There are: {known}.")
    return found


def source_name(place: read.ListeningPlace) -> str:
    """What a place is called where posts get their keys: it must never change for a place."""
    return f"{place.programme}/{place.slug}"


def consent_of(place: read.ListeningPlace) -> Consent | None:
    """The consent of a closed place's community, as its gate asks for it."""
    row = read.consents(place.programme).get(place.slug) if place.kind == "closed" else None
    if row is None:
        return None
    return Consent(row.opened, row.expires, "open" if row.state == "live" else "closed")


def slug_of(name: str) -> str:
    """A name as a slug: "App reviews" becomes "app-reviews"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
    if not slug:
        raise BadSetting("The name of a source needs at least one letter or digit.")
    return slug
