"""What the posts behind a rise share: where they come from, since when, and the words they hold.

Where and when come from the roll-ups. Words are the one thing for which posts are read: a bounded number,
words alone leave this module, and only such as stand in at least as many posts as the programme's floor.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from earnest.report import stats
from earnest.report.shapes import Cause, Word
from earnest.store import read
from earnest.store.shapes import Filters, PostRow, Programme

MOST_POSTS = 300
MOST_WORDS = 3
SURE = 2.0
"""Standard errors by which a word must stand out."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?", re.UNICODE)
_PLACEHOLDER = re.compile(r"\[[^\[\]\n]{1,40}\]|https?://\S+|@\w+|#")

_EVERYDAY = """
a about after again all also always am an and any are as at back be because been before being but by can can't
could day did didn't do does doesn't doing don't down even every for from get gets getting go going got had
has have having he her here him his how i i'm i've if in into is isn't it it's its just like make me more
most much my never new no not nothing now of off on one only or other our out over people please put really
said same say says see she should since so some someone something still than that that's the their them then
there these they they're thing this those three time to today too two up us very via want was wasn't way we
week well went were what when where which while who why will with without won't would yesterday you your al
algo ahora así aun aunque ayer cada casi como con cosa cual cuando de del desde día dice dos el ella ellos en
era eres es esa ese eso esta está están este esto estoy fue gente ha hace hacen hacer han hasta hay he hoy la
las le les lo los luego más me mi mis mismo mucho muy nada ni no nos nosotros o otra otro para pero por
porque pues que qué quien se ser si sí sido siempre sin sobre solo sólo son soy su sus también te tengo tiene
tienen toda todas todo todos tres tu tú un una uno vez va van voy y ya yo
"""
_COMMON = frozenset(_EVERYDAY.split())


def words(
    programme: Programme, labels: frozenset[str], now: tuple[date, date], before: tuple[date, date]
) -> tuple[Word, ...]:
    """What posts of a label (or of the parts that are told under it) say much more often in one range of days
    than in another, most telling first.
    """
    here, langs = _said(_posts(programme, labels, *now))
    there, _ = _said(_posts(programme, labels, *before))
    return _chosen(programme, here, langs, there)


def words_beside(
    programme: Programme, labels: frozenset[str], now: tuple[date, date], before: tuple[date, date]
) -> tuple[Word, ...]:
    """The same held against everything that was said before: for labels of which little was."""
    here, langs = _said(_posts(programme, labels, *now))
    there, _ = _said(_posts(programme, frozenset(), *before))
    return _chosen(programme, here, langs, there)


def _chosen(
    programme: Programme, here: Counter[str], langs: dict[str, Counter[str]], there: Counter[str]
) -> tuple[Word, ...]:
    chosen: list[Word] = []
    for term, score in stats.distinctive(here, there):
        if score < SURE or len(chosen) == MOST_WORDS:
            break
        if here.get(term, 0) < programme.floor or any(_overlap(term, word.text) for word in chosen):
            continue
        chosen.append(Word(term, langs[term].most_common(1)[0][0]))
    return tuple(chosen)


def _overlap(term: str, other: str) -> bool:
    return bool(set(term.split()) & set(other.split()))


def _posts(programme: Programme, labels: frozenset[str], since: date, until: date) -> tuple[PostRow, ...]:
    wanted = Filters(
        labels=tuple(sorted(labels)),
        since=datetime.combine(since, time(), UTC),
        until=datetime.combine(until, time(), UTC),
    )
    rows = read.posts(programme.slug, wanted, limit=MOST_POSTS).rows
    return tuple(row for row in rows if not labels or (row.labels and row.labels[0].id in labels))


def _said(rows: Sequence[PostRow]) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """In how many posts a term stands, and in posts of which language."""
    counts: Counter[str] = Counter()
    langs: dict[str, Counter[str]] = {}
    for row in rows:
        for term in _terms(row.text):
            counts[term] += 1
            langs.setdefault(term, Counter())[row.lang] += 1
    return counts, langs


def _terms(text: str) -> set[str]:
    """Words and pairs of neighbouring words, without placeholders, links, numbers and words that everybody
    uses.
    """
    terms: set[str] = set()
    for piece in _PLACEHOLDER.sub(" . ", text.lower()).replace("’", "'").split("\n"):
        for clause in re.split(r"[.,;:!?()\"]", piece):
            last = ""
            for word in _WORD.findall(clause):
                plain = word if len(word) > 2 and word not in _COMMON else ""
                if plain:
                    terms.add(plain)
                    if last:
                        terms.add(f"{last} {plain}")
                last = plain
    return terms


def where(
    now: Mapping[str, int], before: Mapping[str, int], totals: tuple[int, int], floor: int
) -> tuple[str, ...]:
    """The few values (regions, places) in which most of a rise lies; () where it is spread or unknown.

    Both map a value to posts of one label; `totals` are all posts of the two periods. A value is only named
    when its posts now reach the floor.
    """
    expected = totals[0] / totals[1] if totals[1] else 0.0
    growth = {key: now.get(key, 0) - before.get(key, 0) * expected for key in {**now, **before} if key}
    risen = sum(amount for amount in growth.values() if amount > 0)
    if risen <= 0 or len(growth) < 2:
        return ()
    named: list[str] = []
    covered = 0.0
    for key, amount in sorted(growth.items(), key=lambda pair: (-pair[1], pair[0])):
        if amount < risen * 0.2 or now.get(key, 0) < floor or len(named) == 3:
            break
        named.append(key)
        covered += amount
    return tuple(named) if covered >= risen * 0.6 and len(named) < len(growth) else ()


def since(weeks: Sequence[tuple[date, int, int]], before: tuple[int, int]) -> date | None:
    """The first week (Monday, posts of the label, all posts) that lies clearly above the period before."""
    usual = before[0] / before[1] if before[1] else 0.0
    for week, count, total in weeks:
        if total and stats.wilson(count, total).low > usual:
            return week
    return None


def cause(
    programme: Programme,
    label: str,
    *,
    meant: frozenset[str] = frozenset(),
    now: tuple[date, date],
    before: tuple[date, date],
    regions: tuple[Mapping[str, int], Mapping[str, int]],
    totals: tuple[int, int],
    weeks: Sequence[tuple[date, int, int]],
    before_count: int,
) -> Cause:
    """All three of a label that rose."""
    return Cause(
        where=where(*regions, totals, programme.floor),
        since=since(weeks, (before_count, totals[1])),
        words=words(programme, meant or frozenset({label}), now, before),
    )
