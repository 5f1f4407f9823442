"""Survey exports: one row an answer sheet, one post a free-text answer.

Which questions are read the steward names, and nothing else of a sheet is looked at: beside them stand names,
addresses and what people are.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from earnest.record.errors import BadFile
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import dump_cursor, load_cursor, refusal
from earnest.sources.dates import DateError, Order, when
from earnest.sources.drop.table import plain
from earnest.sources.file import sniff, tables
from earnest.sources.file.position import Mark
from earnest.sources.http_json import ItemError, post

PAGE = 500
"""Answer sheets in a page."""

# as Typeform, Google Forms, Qualtrics, SurveyMonkey, LimeSurvey and others name them
_ID = ("responseid", "respondentid", "submissionid", "token", "recordid", "entryid", "id", "")
_CREATED = (
    "submitdateutc", "submittedat", "submitdate", "datesubmitted", "timestamp", "enddate", "recordeddate",
    "completedat", "datemodified", "datecreated", "startdateutc", "startdate",
)  # fmt: skip
_LANG = ("userlanguage", "language", "startlanguage", "lang")


@dataclass(frozen=True, slots=True)
class _Plan:
    id: int | None
    created: int | None
    lang: int | None
    region: int | None
    questions: tuple[tuple[int, str], ...]


class Survey:
    """One export, as a source."""

    def __init__(
        self, path: Path, questions: Sequence[str], columns: Mapping[str, str | list[str]],
        dates: Order | None, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._path, self._questions, self._columns = path, questions, columns
        self._dates, self._now = dates, now

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Free-text answers in the order of the file. Raises BadFile where it is no survey."""
        look = sniff.look(self._path, None)
        if look.format not in ("csv", "tsv"):
            raise BadFile("is not a table", place="file", advice="Export the survey as CSV.")
        separator = tables.separator(look, None)
        names = tables.header(look, separator)
        plan = _plan(names, self._questions, self._columns)
        mark = load_cursor(cursor, Mark)
        if mark is None or mark.file != look.identity:
            mark = Mark(look.identity)
        stream = look.stream(max(mark.at, look.start))
        table = tables.Table(
            stream, msgspec.structs.replace(mark, at=max(mark.at, look.start)), separator, len(names)
        )
        items = table.items()
        at, number = mark.at, mark.line
        if mark.line == 0:
            number, _, at = next(items, (0, "", mark.at))
        posts: list[RawPost] = []
        refused: list[Refusal] = []
        sheets = 0
        for number, values, at in items:
            if isinstance(values, str):
                refused.append(refusal(f"line {number}", values))
            elif not (number < 40 and self._of_the_tool(values, plan)):
                found, bad = self._sheet(values, plan, number, look.written)
                posts += found
                refused += [refusal(f"line {number}", one) for one in bad]
            sheets += 1
            if sheets >= PAGE:
                yield Page(tuple(posts), _cursor(look, at, table), tuple(refused))
                posts, refused, sheets = [], [], 0
        if stream.broken:
            refused.append(refusal(f"after line {number}", stream.broken, "BadFile"))
        yield Page(tuple(posts), _cursor(look, at, table), tuple(refused), done=True)

    def _of_the_tool(self, values: Sequence[str], plan: _Plan) -> bool:
        """Second and third lines of names, as Qualtrics and SurveyMonkey write them."""
        if any(value.startswith('{"ImportId"') for value in values):
            return True
        said_at = values[plan.created] if plan.created is not None else None
        name = values[plan.id] if plan.id is not None else None
        if said_at is None:
            return name == ""
        try:
            when(said_at, self._now(), self._dates)
        except DateError:
            return not any(map(str.isdigit, said_at))
        return said_at == "" and not name

    def _sheet(
        self, values: Sequence[str], plan: _Plan, line: int, written: datetime
    ) -> tuple[list[RawPost], list[str]]:
        said_at = values[plan.created] if plan.created is not None else None
        sheet = values[plan.id].strip() if plan.id is not None else ""
        if not sheet:
            whole = "\0".join((said_at or "", *(values[at] for at, _ in plan.questions)))
            sheet = f"{line}-{hashlib.blake2b(whole.encode('utf-8', 'replace'), digest_size=10).hexdigest()}"
        found: list[RawPost] = []
        bad: list[str] = []
        try:
            created = when(said_at, self._now(), self._dates)
        except DateError as error:
            return [], [str(error)]
        for at, question in plan.questions:
            if not values[at].strip():
                continue
            try:
                found.append(
                    post(
                        f"{sheet}-{question}", values[at], self._now(), created=created,
                        lang=values[plan.lang] if plan.lang is not None else None,
                        region=values[plan.region] if plan.region is not None else None,
                        version=min(written, self._now()),
                    )
                )  # fmt: skip
            except ItemError as error:
                bad.append(str(error))
        return found, bad


def _cursor(look: sniff.Look, at: int, table: tables.Table) -> str:
    return dump_cursor(Mark(look.identity, at, table.line, table.reread))


def _plan(names: list[str], questions: Sequence[str], columns: Mapping[str, str | list[str]]) -> _Plan:
    spelled = {plain(name): at for at, name in reversed(list(enumerate(names)))}

    def one(role: str, usual: tuple[str, ...]) -> int | None:
        given = columns.get(role)
        wanted = (plain(given if isinstance(given, str) else given[0]),) if given else usual
        found = next((spelled[name] for name in wanted if name in spelled), None)
        if given and found is None:
            raise BadFile(f"has no column for the {role}", place="file", advice="See the setting 'columns'.")
        return found

    found: dict[int, str] = {}
    for question in questions:
        wanted = plain(question)
        exact = spelled.get(wanted)
        fits = (
            [exact]
            if exact is not None
            else [at for name, at in spelled.items() if wanted and name.startswith(wanted)]
        )
        if len(fits) != 1 or fits[0] is None:
            raise BadFile(
                "has no single column for one of the questions",
                place="file",
                advice="See the setting 'questions'.",
            )
        # the question's own name, so that columns may change their places between two exports
        found[fits[0]] = hashlib.blake2b(
            names[fits[0]].strip().encode("utf-8", "replace"), digest_size=4
        ).hexdigest()
    return _Plan(
        one("id", _ID), one("created", _CREATED), one("lang", _LANG), one("region", ()),
        tuple(sorted(found.items())),
    )  # fmt: skip
