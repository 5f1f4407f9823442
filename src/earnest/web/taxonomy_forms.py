"""What somebody fills in to change the taxonomy, read into plain steps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from earnest.record.errors import InputError
from earnest.understand import proposal
from earnest.understand.proposal import HISTORIES, Proposal
from earnest.understand.taxonomy import Label, Taxonomy, named
from earnest.understand.versions import Step
from earnest.web import words

MOST_TYPED = 20_000
"""Characters of one field."""

PARTS = (2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to change the taxonomy, in the words of the page. `needs`: a label is chosen first."""

    do: str
    title: str | Promise
    says: str | Promise
    needs: bool = True


WAYS: tuple[Way, ...] = (
    Way(
        "describe",
        _("Say it better"),
        _("Another name, description, owner or severity. Posts stay where they are."),
    ),
    Way(
        "merge", _("Merge labels"), _("Two or more become one. Exact: their posts are added up."), needs=False
    ),
    Way(
        "split",
        _("Split a label"),
        _("It becomes several. You show what each means; its posts are told apart."),
    ),
    Way("move", _("Move to another category"), _("Exact: its posts go along.")),
    Way(
        "add", _("Add a label"), _("For posts that are still to come, or for all if you say so."), needs=False
    ),
    Way("retire", _("Retire a label"), _("No new post gets it; what it has stays.")),
    Way("category", _("Rename a category"), _("Only its name."), needs=False),
    Way("file", _("Several at once"), _("Written as YAML, as the command line takes it."), needs=False),
)
BY_DO = {way.do: way for way in WAYS}

HISTORY = (
    ("relabel", _("Stored posts follow"), _("So that weeks before and after can be compared.")),
    (
        "keep",
        _("From now on only"),
        _("Stored posts of a split label stay as they are; charts tell the parts together."),
    ),
    ("all", _("Ask about every stored post anew"), _("Also those of other labels. Takes longest.")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal, and stored posts that were chosen as examples (id to label)."""

    proposal: Proposal
    posts: Mapping[int, str]


def read(do: str, given: QueryDict, taxonomy: Taxonomy) -> Asked:
    """What was filled in. Raises InputError (TaxonomyError) in a sentence for what cannot be."""
    for name in given:
        if any(len(value) > MOST_TYPED for value in given.getlist(name)):
            raise InputError(
                gettext("One of the fields is too long."),
                advice=gettext("At most %(most)s characters.") % {"most": words.number(MOST_TYPED)},
            )
    if do == "file":
        return Asked(proposal.parse(given.get("file", ""), "line", taxonomy), {})
    history = given.get("history", "relabel")
    chosen = next((known for known in HISTORIES if known == history), None)
    if chosen is None:
        raise InputError(gettext("Say what becomes of stored posts."))
    step, posts = _step(do, given, taxonomy)
    return Asked(Proposal((replace(step, place=""),), chosen), posts)


def _step(do: str, given: QueryDict, taxonomy: Taxonomy) -> tuple[Step, dict[int, str]]:
    if do == "merge":
        return _merge(given, taxonomy), {}
    if do == "add":
        label = _label(given, "", Label("", named("", "")))
        return Step("add", (), (label,)), {}
    if do == "category":
        id = _text(given, "category")
        return Step("category", (id,), (Label(id, _name(given, "")),)), {}
    old = taxonomy.get(_text(given, "label"))
    if old is None:
        raise InputError(gettext("Choose a label."))
    if do == "describe":
        return Step("describe", (old.id,), (replace(_label(given, "", old), id=old.id, line=old.line),)), {}
    if do == "move":
        to = _text(given, "to_new") or _text(given, "to")
        return Step("move", (old.id,), (), to), {}
    if do == "retire":
        return Step("retire", (old.id,)), {}
    return _split(given, old)


def _merge(given: QueryDict, taxonomy: Taxonomy) -> Step:
    ids = tuple(dict.fromkeys(given.getlist("labels")))
    if len(ids) < 2:
        raise InputError(gettext("Choose two or more labels."))
    into = _text(given, "into")
    known = taxonomy.get(into)
    if into and known is None:
        raise InputError(gettext("There is no such label to merge into."))
    if known is not None:
        if known.id not in ids:
            raise InputError(
                gettext("'%(id)s' is not among the labels you chose.") % {"id": known.id},
                advice=gettext("Tick it as well."),
            )
        return Step("merge", ids, (known,))
    largest = max(
        (one for id in ids if (one := taxonomy.get(id))), key=lambda one: one.severity, default=None
    )
    blank = Label("", named("", ""), severity=largest.severity if largest else 2)
    return Step("merge", ids, (_label(given, "", blank),))


def _split(given: QueryDict, old: Label) -> tuple[Step, dict[int, str]]:
    count = parts_of(given)
    parts = []
    for number in range(1, count + 1):
        if not _text(given, f"id_{number}") and not _text(given, f"name_{number}"):
            continue
        parts.append(_label(given, f"_{number}", Label("", named("", ""), "", (), old.owner, old.severity)))
    posts = {}
    for name in given:
        if not name.startswith("post_") or not name[5:].isdecimal() or len(name) > 25:
            continue
        chosen = given.get(name, "")
        if chosen.isdecimal() and 1 <= int(chosen[:2]) <= count and (id := _text(given, f"id_{chosen[:2]}")):
            posts[int(name[5:])] = id
    return Step("split", (old.id,), tuple(parts)), posts


def parts_of(given: QueryDict) -> int:
    """How many parts a form has."""
    asked = given.get("parts", "2")
    return int(asked) if asked in map(str, PARTS) else 2


def _label(given: QueryDict, which: str, old: Label) -> Label:
    severity = given.get(f"severity{which}") or str(old.severity)
    if severity not in ("1", "2", "3", "4"):
        raise InputError(gettext("Severity is 1, 2, 3 or 4."))
    lines = given.get(f"examples{which}", "").splitlines()
    return Label(
        id=_text(given, f"id{which}"),
        name=_name(given, which),
        description=_text(given, f"description{which}")
        or ("" if f"description{which}" in given else old.description),
        examples=tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))
        or old.examples,
        owner=(_text(given, f"owner{which}") or None) if f"owner{which}" in given else old.owner,
        severity=int(severity),
    )


def _name(given: QueryDict, which: str) -> Mapping[str, str]:
    english = _text(given, f"name{which}")
    if not english:
        raise InputError(gettext("A label needs a name."))
    if len(english) > 80:
        raise InputError(gettext("A name has at most 80 characters."))
    return named(english, _text(given, f"name_es{which}") or english)


def _text(given: QueryDict, name: str) -> str:
    return " ".join(given.get(name, "").split())
