"""The filters of Live and Posts: read from the address bar, written back into links, shown with counts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from earnest.desk import tags
from earnest.record.audience import NO_FEELINGS
from earnest.record.audience import of as allowed
from earnest.record.verdict import KINDS, SENTIMENTS
from earnest.store import read
from earnest.store.read import Filters, Place, Programme
from earnest.understand.taxonomy import Taxonomy
from earnest.web import words
from earnest.web.views.errors import BadQueryError

_LABEL = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)?")
_LANG = re.compile(r"[a-z]{2,3}")
MOST_VALUES = 80
FEELINGS = frozenset({"mood", "moods", "sentiment", "sentiments", "tone", "feeling", "feelings", "emotion"})
"""Names under which an address may ask for the tone of posts."""

MOST_WORDS = 300
"""Characters of a search."""
FIRST_SHOWN = 8
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2105, 12, 31)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `since` and `until` are days as a person means them: both included."""

    filters: Filters
    query: QueryDict
    since: date | None = None
    until: date | None = None

    @property
    def any(self) -> bool:
        return self.filters != Filters()

    def link(self, **changes: str | None) -> str:
        """The address's query with changes; "" where nothing is left."""
        query = self.query.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"?{query.urlencode()}" if query else ""

    def noted(self) -> dict[str, str | int]:
        """What the audit chain is told of a search: how many filters, whether words were searched for (never
        which), and the place where only one was read.
        """
        found: dict[str, str | int] = {"filters": len(self.query)}
        if self.filters.q:
            found["searched"] = 1
        if len(self.filters.places) == 1:
            found["place"] = self.filters.places[0]
        return found


def parse(given: QueryDict, programme: Programme, places: Sequence[Place]) -> Asked:
    """The filters of an address. Raises BadQueryError with a sentence that names what cannot be read."""
    _refuse_feelings(given, programme)
    query = QueryDict(mutable=True)
    for name in (
        "q",
        "label",
        "kind",
        "place",
        "lang",
        "region",
        "mood",
        "unsure",
        "since",
        "until",
        "each",
        "tag",
    ):
        values = [value.strip() for value in given.getlist(name) if value.strip()]
        if len(values) > MOST_VALUES:
            raise BadQueryError(
                gettext("The address asks for too many values of '%(name)s'.") % {"name": name}
            )
        if values:
            query.setlist(name, values)
    q = query.get("q", "")
    if len(q) > MOST_WORDS:
        raise BadQueryError(
            gettext("A search has at most %(most)s characters; this one has %(many)s.")
            % {"most": MOST_WORDS, "many": words.number(len(q))}
        )
    since, until = _day(query, "since"), _day(query, "until")
    if since and until and since > until:
        raise BadQueryError(
            gettext("The first day (%(since)s) is after the last (%(until)s).")
            % {"since": since, "until": until}
        )
    if query.get("unsure", "yes") not in ("yes", "no"):
        raise BadQueryError(gettext("'unsure' is yes or no."))
    if query.get("each", "yes") != "yes":
        raise BadQueryError(gettext("'each' is yes, or left out."))
    slugs = {place.slug for place in places}
    filters = Filters(
        q=q,
        labels=_matching(query, "label", _LABEL),
        kinds=_among(query, "kind", KINDS),
        places=_among(query, "place", slugs),
        langs=_matching(query, "lang", _LANG),
        regions=tuple(value[:80] for value in query.getlist("region")),
        sentiments=_among(query, "mood", SENTIMENTS),
        unsure=query["unsure"] == "yes" if "unsure" in query else None,
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        tags=tuple(dict.fromkeys(value[:40] for value in query.getlist("tag"))),
    )
    return Asked(filters, query, since, until)


def _refuse_feelings(given: QueryDict, programme: Programme) -> None:
    """However a hand-written address calls them; without a value too."""
    if not allowed(programme.audience).sentiment and any(name.lower() in FEELINGS for name in given):
        raise BadQueryError(NO_FEELINGS)


def _among(query: QueryDict, name: str, known: Iterable[str]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(query.getlist(name)))
    for value in values:
        if value not in known:
            raise BadQueryError(
                gettext("There is no %(name)s '%(value)s' here.") % {"name": name, "value": value[:60]}
            )
    return values


def _matching(query: QueryDict, name: str, shape: re.Pattern[str]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(query.getlist(name)))
    for value in values:
        if len(value) > 80 or not shape.fullmatch(value):
            raise BadQueryError(
                gettext("'%(value)s' is not a %(value_2)s.")
                % {"value": value[:60], "value_2": "language" if name == "lang" else name}
            )
    return values


def _day(query: QueryDict, name: str) -> date | None:
    value = query.get(name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadQueryError(
            gettext("'%(value)s' is not a day. Write it as 2026-11-19.") % {"value": value[:40]}
        ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadQueryError(gettext("The day %(day)s is out of range.") % {"day": day})
    return day


def _midnight(day: date) -> datetime:
    """The first moment of a day where the pages' clock is."""
    return datetime.combine(day, time(), timezone.get_current_timezone()).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to tick. `shown` is what stands beside the box, `count` posts or None where not counted."""

    value: str
    shown: str | SafeString
    count: int | None
    ticked: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of options; `more` folds away the rest, open where one of them is ticked."""

    name: str
    title: str
    first: tuple[Option, ...]
    more: tuple[Option, ...] = field(default=())

    @property
    def open(self) -> bool:
        return any(option.ticked for option in self.more)


def facets(
    asked: Asked,
    programme: Programme,
    taxonomy: Taxonomy | None,
    places: Sequence[Place],
    since: datetime,
    until: datetime,
) -> list[Facet]:
    """What can be ticked, with posts in the range by main label: read from the roll-ups."""
    counts = read.facet_counts(programme.slug, since, until)
    filters = asked.filters
    titles = {place.slug: place.title for place in places}
    kinds = taxonomy.kinds if taxonomy else KINDS
    names = {category.id: words.named(category.name) for category in taxonomy.categories} if taxonomy else {}
    found = [
        _facet(
            "kind",
            gettext("Kind"),
            filters.kinds,
            counts["kind"],
            {kind: words.kind(kind) for kind in kinds},
            every=True,
        ),
        _facet("label", gettext("About"), filters.labels, counts["category"], names),
        _facet("label", gettext("One label"), filters.labels, counts["label"], {}, first=0),
        _facet("place", gettext("Place"), filters.places, counts["place"], titles, every=True),
        _facet(
            "lang",
            gettext("Language"),
            filters.langs,
            counts["lang"],
            {code: str(name) for code, name in words.TONGUES.items()},
        ),
        _facet("region", gettext("Region"), filters.regions, counts["region"], {}),
    ]
    if allowed(programme.audience).sentiment:
        moods: dict[str, str] = {mood: words.mood(mood) for mood in SENTIMENTS}
        found.append(_facet("mood", gettext("Tone"), filters.sentiments, counts["sentiment"], moods))
    found.append(_tags(programme, filters))
    return [facet for facet in found if len(facet.first) + len(facet.more) > 0]


def _tags(programme: Programme, filters: Filters) -> Facet:
    """Tags are not counted: one holds for whatever repeats its posts."""
    chosen = {name.casefold() for name in filters.tags}
    names = [tag.name for tag in tags.of(programme.slug)]
    names += [name for name in filters.tags if name.casefold() not in {one.casefold() for one in names}]
    options = tuple(Option(name, name, None, name.casefold() in chosen) for name in names)
    cut = FIRST_SHOWN if len(options) > FIRST_SHOWN + 1 else len(options)
    return Facet("tag", gettext("Tag"), options[:cut], options[cut:])


def _facet(
    name: str,
    title: str,
    chosen: tuple[str, ...],
    counts: Mapping[str, int],
    shown: Mapping[str, str],
    *,
    every: bool = False,
    first: int = FIRST_SHOWN,
) -> Facet:
    """Options by count; what was chosen is always among them, and with `every` what has no posts too."""
    fine = name == "label" and first == 0
    values = [value for value in counts if not fine or "." in value]
    values += [value for value in shown if every and value not in counts]
    values += [
        value for value in chosen if value not in values and (name != "label" or ("." in value) == fine)
    ]
    options = tuple(
        Option(
            value,
            words.label(value) if fine else shown.get(value, value),
            counts.get(value, 0),
            value in chosen,
        )
        for value in values
    )
    cut = first if len(options) > first + 1 else len(options)
    cut = 0 if fine else cut
    return Facet(name, title, options[:cut], options[cut:])


def describe(asked: Asked, programme: Programme, places: Sequence[Place]) -> str:
    """The filters as words: "complaint, about pay, in Bristol riders"."""
    filters = asked.filters
    titles = {place.slug: place.title for place in places}
    parts = [f"“{filters.q}”"] if filters.q else []
    parts += [words.kind_name(kind) for kind in filters.kinds]
    parts += [gettext("about %(label)s") % {"label": label} for label in filters.labels]
    parts += [gettext("in %(place)s") % {"place": titles.get(slug, slug)} for slug in filters.places]
    parts += [words.tongue(lang) for lang in filters.langs]
    parts += [gettext("from %(region)s") % {"region": region} for region in filters.regions]
    parts += [words.mood(mood) for mood in filters.sentiments]
    parts += [gettext("tagged %(tag)s") % {"tag": tag} for tag in filters.tags]
    if filters.unsure is not None:
        parts.append(gettext("unsure") if filters.unsure else gettext("sure"))
    if asked.since:
        parts.append(gettext("since %(day)s") % {"day": asked.since})
    if asked.until:
        parts.append(gettext("until %(day)s") % {"day": asked.until})
    return ", ".join(parts)
