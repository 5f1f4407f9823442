"""Any Singer tap as a source: three hundred programs that others wrote and keep, through one adapter."""

import hashlib
from collections.abc import Generator, Iterator
from collections.abc import Mapping as Settings
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, SourceBusy, SourceError, SourceGone
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, refusal, settings
from earnest.sources.credentials import inside
from earnest.sources.relist import Recheck, check_recheck, within
from earnest.sources.singer import catalog, reach
from earnest.sources.singer.mapping import FIELDS, Mapping
from earnest.sources.singer.messages import Bad, Reader, State, place_in
from earnest.sources.singer.programs import check_hosts, program
from earnest.sources.singer.run import Run, running

PAGE = 500
"""Posts after which the next STATE ends a page."""

MOST_PAGE = 20_000
"""Posts after which a page ends without one; a run with fewer is compared with the run before."""

MOST_REFUSED = 200
"""Refusals that one run names; what comes after them is counted in the last."""

MOST_CATALOG = 20_000_000
"""Bytes of an answer to `--discover`; what says more does not know that question."""


def _path(title: str, description: str, example: str) -> Any:
    return msgspec.Meta(title=title, description=description, examples=[example])


class SingerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `catalog` is taken as it is, for a tap that cannot say itself what it offers."""

    tap: Annotated[
        str,
        msgspec.Meta(
            title="Tap",
            description="Its program, by its name in the folder that the operator allows (EARNEST_TAPS).",
            examples=["tap-rest-api-msdk"],
        ),
    ]
    text: Annotated[
        str,
        _path("Text", "Where a record holds what was said, in JMESPath.", "join('\\n\\n', [title, body])"),
    ]
    config: Annotated[
        str,
        msgspec.Meta(
            title="Secret settings of the tap",
            description="What its documentation calls config, as JSON: keys of the service among them.",
            examples=['{"access_token": "…"}'],
        ),
    ] = ""
    options: Annotated[
        dict[str, Any],
        msgspec.Meta(
            title="Other settings of the tap",
            description="Those of its config that are no secret.",
            examples=["start_date=2026-01-01T00:00:00Z"],
        ),
    ] = {}
    streams: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            title="Streams",
            description="Which of its streams are read; left empty, all.",
            examples=["reviews"],
        ),
    ] = ()
    id: Annotated[
        str | None, _path("Id", "Where a record holds its own id, if its stream names no key.", "id")
    ] = None
    created: Annotated[str | None, _path("When it was said", "Where its date is.", "created_at")] = None
    edited: Annotated[str | None, _path("When it was edited", "Where that date is.", "updated_at")] = None
    author: Annotated[
        str | None,
        _path("Who said it", "To count voices; it is dropped in memory and never stored.", "user.id"),
    ] = None
    lang: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    region: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    url: Annotated[str | None, _path("Link", "Of which only the domain is kept.", "html_url")] = None
    deleted: Annotated[
        str | None, _path("Whether it is deleted", "True where a record says so.", "state == 'deleted'")
    ] = None
    only: Annotated[
        str | None,
        _path("Only where", "Records for which this is not true are passed over.", "type == 'review'"),
    ] = None
    seconds: Annotated[
        int,
        msgspec.Meta(title="Seconds", description="Longest that one run may take.", ge=1, le=3_600),
    ] = 600
    recheck_hours: Recheck = None
    catalog: Annotated[dict[str, Any] | None, msgspec.Meta(extra={"operator": True})] = None

    def __post_init__(self) -> None:
        check_recheck(self.recheck_hours)


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor: the tap's own STATE, cleaned of whatever is more than a place in time or order.

    page   of a run whose posts outnumber its STATEs; it says only that there was one
    whole  digest of all that the last whole run gave, for taps that give everything each time: the same again
           is an empty page. No post is remembered by itself.
    """

    state: dict[str, Any]
    page: int = 0
    whole: str = ""


@dataclass(slots=True)
class _Page:
    """A page on its way."""

    posts: list[RawPost] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


class SingerSource:
    """One tap. `notes` holds, after a probe, what it offers."""

    def __init__(self, wanted: SingerSettings, config: dict[str, Any], path: Path) -> None:
        self._settings, self._config, self._program = wanted, config, path
        said = {name: getattr(wanted, name) for name in FIELDS}
        self._mapping = Mapping({name: one for name, one in said.items() if one})
        self._found: dict[str, Any] | None = wanted.catalog
        self._asked = wanted.catalog is not None
        self.notes: list[str] = []

    def probe(self) -> str:
        """What the tap offers, as it says itself."""
        streams = catalog.names(self._catalog())
        if not streams:
            return "The tap answers, and does not say which streams it has."
        named = ", ".join(streams[:20]) + (" and more" if len(streams) > 20 else "")
        return f"The tap offers: {named}."

    def read(self, cursor: str | None) -> Iterator[Page]:
        """From the last STATE on. A run that failed gives what came before, and then its error."""
        mark = load_cursor(cursor, Mark) or Mark({})
        with closing(self._run(mark)) as pages:
            yield from self._compared(pages, mark)

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """Everything the tap gives from its beginning. For those that give everything (`recheck_hours`)."""
        with closing(self._run(Mark({}))) as pages:
            yield from within(pages, since, until, datetime.now(UTC))

    def _compared(self, pages: Iterator[Page], mark: Mark) -> Iterator[Page]:
        """Pages; or one that is empty, where a run gives exactly what the run before it gave."""
        first: list[Page] = []
        digest, seen = hashlib.blake2b(digest_size=16), 0
        while seen <= MOST_PAGE:
            try:
                page = next(pages)
            except SourceError:
                yield from first
                raise
            seen += len(page.posts)
            _stir(digest, page)
            first.append(page)
            if page.done:
                last = load_cursor(page.cursor, Mark) or mark
                whole = digest.hexdigest() if seen and last.state == mark.state else ""
                if whole and whole == mark.whole:
                    yield Page((), dump_cursor(mark), done=True)
                else:
                    yield from first[:-1]
                    yield replace(page, cursor=dump_cursor(Mark(last.state, whole=whole)))
                return
        yield from first
        yield from pages

    def _run(self, mark: Mark) -> Generator[Page, None, None]:
        """One run, page by page: a page ends at a STATE, or where it grows too large."""
        chosen = catalog.select(self._catalog(), self._settings.streams)
        words = ["--config", "{config.json}"]
        files: dict[str, Any] = {"config.json": self._config}
        for name, value in (("catalog", chosen), ("state", mark.state)):
            if value:
                words += [f"--{name}", f"{{{name}.json}}"]
                files[f"{name}.json"] = value
        with running(self._program, words, files, seconds=self._settings.seconds) as run:
            yield from self._pages(run, mark)

    def _pages(self, run: Run, start: Mark) -> Iterator[Page]:
        reader, page, place, refusals = Reader(), _Page(), 0, 0
        now, told, mark, state, failed = datetime.now(UTC), set[str](), start, start.state, None
        lines = run.lines()
        while True:
            try:
                line = next(lines)
            except StopIteration:
                break
            except SourceBusy as error:
                failed = error
                break
            place += 1
            full = len(page.posts) >= MOST_PAGE
            try:
                said = reader.read(line)
                if isinstance(said, State):
                    state = place_in(said.value, frozenset(told))
                    full = full or len(page.posts) >= PAGE
                elif said is not None and (post := self._mapping.post(said, now)) is not None:
                    page.posts.append(post)
                    told |= {one for one in (post.text, post.author) if one}
            except Bad as error:
                refusals += 1
                if refusals <= MOST_REFUSED:
                    page.refused.append(refusal(f"line {place} of the tap", str(error)))
                elif not reader.spoke:
                    raise _no_tap() from None
            if full:
                mark = _after(mark, state)
                yield Page(tuple(page.posts), dump_cursor(mark), tuple(page.refused))
                page, told = _Page(), set() if len(told) > MOST_PAGE else told
        if refusals > MOST_REFUSED:
            more = f"{refusals - MOST_REFUSED:,} lines more cannot be read"
            page.refused.append(refusal("further lines of the tap", more))
        if failed is None and run.code == 0:
            if not reader.spoke and place:
                raise _no_tap()
            yield Page(tuple(page.posts), dump_cursor(Mark(state)), tuple(page.refused), done=True)
            return
        if page.posts or page.refused:
            yield Page(tuple(page.posts), dump_cursor(_after(mark, state)), tuple(page.refused))
        raise failed or _ended(run.code, spoke=reader.spoke)

    def _catalog(self) -> dict[str, Any] | None:
        """What the tap says it has; None where it does not know that question."""
        if not self._asked:
            words, files = ["--config", "{config.json}", "--discover"], {"config.json": self._config}
            with running(self._program, words, files, seconds=min(120, self._settings.seconds)) as run:
                said = b""
                for line in run.lines():
                    if isinstance(line, bytes):
                        said += line + b"\n"
                    if len(said) > MOST_CATALOG or not catalog.begins(said):
                        break
                self._found = catalog.read(said) if run.code == 0 else None
            self._asked = True
        return self._found


def _stir(digest: Any, page: Page) -> None:
    for post in page.posts:
        parts = (post.id, post.text, str(post.created), str(post.version), post.change, post.author or "")
        for part in parts:
            raw = part.encode("utf-8", "surrogatepass")
            digest.update(len(raw).to_bytes(4, "big") + raw)


def _after(before: Mark, state: dict[str, Any]) -> Mark:
    """The cursor of a page that is not the last: it moves, also where the tap's own place does not."""
    return Mark(state, before.page + 1 if state == before.state else 0)


def _no_tap() -> SourceGone:
    return SourceGone("This program does not speak as a Singer tap does.", advice="Choose another tap.")


def _ended(code: int | None, *, spoke: bool) -> SourceBusy | SourceGone:
    said = f"The tap ended with the code {code}." if code is not None and code >= 0 else "The tap was ended."
    advice = "Run it by hand with the same config: its complaints are not read here, they may quote posts."
    if spoke or code is None or code < 0:
        return SourceBusy(said, advice=advice)
    return SourceGone(f"{said} It gave nothing.", advice=advice)


def _open(given: Settings[str, Any], egress: Egress | None) -> SingerSource:
    wanted = settings("singer", given, SingerSettings)
    path = program(wanted.tap)
    config = _config(wanted)
    check_hosts(config)
    if egress is not None:
        reach.check(config, egress)
    login = inside(config)
    if login:
        raise BadSetting(
            f"The tap's setting '{login[:40]}' is a person's login, or a way to bring one.",
            advice="No tap is given that: use one that takes a key made for programs.",
        )
    return SingerSource(wanted, config, path)


def _config(wanted: SingerSettings) -> dict[str, Any]:
    try:
        secret = msgspec.json.decode(wanted.config) if wanted.config.strip() else {}
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadSetting("The secret settings of the tap are not valid JSON.") from error
    if not isinstance(secret, dict):
        raise BadSetting(
            "The secret settings of the tap are not a JSON object.", advice='Such as: {"token": "…"}'
        )
    return {**{name: _plain(value) for name, value in wanted.options.items()}, **secret}


def _plain(value: Any) -> Any:
    """A setting as it was typed: JSON where it is JSON, else a text."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return value


SINGER = SourceType(
    type="singer",
    kinds=("addressed", "open"),
    title="Singer taps: any of three hundred services",
    extra="singer",
    tested_against="tap-jsonl 0.3.1 and tap-rest-api-msdk 1.4.2, run against files and a loopback server",
    open=_open,
    settings=SingerSettings,
    secret="config",  # noqa: S106 - the name of the setting
    asks="Whatever the service asks that the tap reads: its terms are yours to keep, the tap does not.",
    key="The tap's own documentation says which key of the service it takes; never a person's login.",
)
