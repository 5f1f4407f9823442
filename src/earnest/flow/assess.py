"""The facts of a programme for its data protection impact assessment, gathered from where each one lives."""

from datetime import UTC, datetime, timedelta

from earnest import __version__
from earnest.desk import audit_verify
from earnest.flow import epochs
from earnest.gate import figures
from earnest.gate.voice import Keys
from earnest.record.errors import StoreError
from earnest.report import cells, dpia_text
from earnest.report.dpia import Assessment, Facts
from earnest.store import read


def assess(slug: str, keys: Keys, lang: str) -> Assessment:
    """The assessment of a programme as it is now. Raises StoreError for a programme that is not there."""
    programme = read.programme(slug)
    if programme is None:
        known = ", ".join(one.slug for one in read.programmes()) or "none yet"
        raise StoreError(f"There is no programme '{slug}'.", advice=f"There are: {known}.")
    now = datetime.now(UTC)
    since = now.date() - timedelta(days=programme.retention_days)
    kept = sum(read.totals(slug, since, now.date() + timedelta(days=1), ("kind",)).values())
    found = audit_verify.verify()
    return dpia_text.assess(
        Facts(
            programme=programme,
            places=tuple(read.places(slug)),
            consents=read.consents(slug),
            posts=cells.about(kept, programme.floor) if kept else None,
            delegates=read.delegates(slug),
            epochs=tuple((one.name, one.state, one.until) for one in epochs.epochs(keys, now)),
            links=found.links,
            head=audit_verify.head_line(),
            whole=found.broken is None,
            filters=figures.published(),
            version=__version__,
            made=now,
        ),
        lang,
    )
