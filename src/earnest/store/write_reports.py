"""Storing reports, and the list of what left as a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from earnest.record.errors import StoreError
from earnest.store import clock, erase
from earnest.store.models import Export, ExportPost, Post, Programme, StoredReport
from earnest.store.read_reports import report_path


def add_report(
    programme: str,
    since: date,
    until: date,
    files: Mapping[str, bytes],
    *,
    quoted: Sequence[int] | Mapping[int, str] = (),
    lang: str = "en",
) -> int:
    """Store a report's files by format ("html", "pdf", …) and the posts it quotes; its id.

    `quoted` are ids, or ids with the words that are quoted. Where one of the posts was erased or edited while
    the report was made, it is stored without files, to be made anew (`renew_report`).
    """
    row = Programme.objects.filter(slug=programme).first()
    if row is None:
        raise StoreError(f"There is no programme '{programme}'.")
    report = StoredReport.objects.create(
        programme=row, since=since, until=until, made=clock.now(), lang=lang, state="stale"
    )
    renew_report(report.pk, files, quoted=quoted)
    return report.pk


def renew_report(
    id: int, files: Mapping[str, bytes], *, quoted: Sequence[int] | Mapping[int, str] = ()
) -> bool:
    """Put new files in the place of a report's old ones. False, and nothing is changed, where a post that it
    quotes was erased or edited meanwhile: then it must be made anew from what is there now.
    """
    folder = Path(settings.EARNEST_HOME) / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    fresh = {format: report_path(id, format).with_suffix(f".{format}.new") for format in files}
    for format, path in fresh.items():
        path.write_bytes(files[format])
    with transaction.atomic(), connection.cursor() as db:
        erase.wait_for_writers(db)
        current = _current(quoted)
        if current:
            # Before the row says that they are there: a kill between leaves a stale report, whose files go.
            for format, path in fresh.items():
                path.replace(report_path(id, format))
            StoredReport.objects.filter(pk=id).update(
                state="ready",
                formats=sorted(files),
                quoted=list(quoted),
                digests={format: sha256(content).hexdigest() for format, content in files.items()},
                made=clock.now(),
            )
    for path in fresh.values():
        path.unlink(missing_ok=True)
    return current


def _current(quoted: Sequence[int] | Mapping[int, str]) -> bool:
    """Whether posts are there, and say what is quoted of them."""
    there = dict(Post.objects.filter(pk__in=list(quoted)).values_list("pk", "text"))
    words = quoted if isinstance(quoted, Mapping) else {}
    return all(post in there and words.get(post, there[post]) == there[post] for post in quoted)


def note_export(
    programme: str,
    what: str,
    format: str,
    content: bytes,
    *,
    posts: Sequence[int] = (),
    path: Path | None = None,
) -> int:
    """Put a file on the list before it leaves: what it is, which posts' words are in it, and where it is
    written; its id.

    A file at the same path takes the place of the one before. A post that was erased just now counts as held.
    """
    row = Programme.objects.get(slug=programme)
    where = "" if path is None else str(path.absolute())
    with transaction.atomic(), connection.cursor() as db:
        erase.wait_for_writers(db)
        if where:
            Export.objects.filter(path=where).delete()
        there = set(Post.objects.filter(pk__in=list(posts)).values_list("pk", flat=True))
        gone = len(set(posts) - there)
        export = Export.objects.create(
            programme=row,
            what=what,
            format=format,
            made=clock.now(),
            path=where,
            digest=sha256(content).hexdigest(),
            held=gone,
            stale=clock.now() if gone else None,
        )
        ExportPost.objects.bulk_create(ExportPost(post_id=post, export=export) for post in sorted(there))
    return export.pk


def export_dealt_with(id: int) -> None:
    """Somebody says that a file is gone or was replaced. Raises StoreError where the list has none such."""
    if not Export.objects.filter(pk=id).delete()[0]:
        raise StoreError(f"The list has no export {id}.", advice="See: earnest exports --all")
