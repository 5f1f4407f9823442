"""A post with all that a page shows of it: what it is about, why, and what a person may say instead."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from earnest.record.errors import EarnestError
from earnest.report import measured as blind_sample
from earnest.store import read, read_second
from earnest.store.read import PostRow, Programme
from earnest.web import understanding, words
from earnest.web.forms import CorrectForm

MOST, LEAST = 4, 0.08
"""Words shown for a label, and the share of all that spoke for it below which a word is not worth showing."""

OUTSIDE = "how sure the second look was is its own word, and was not measured"


@dataclass(frozen=True, slots=True)
class LabelReason:
    """Why one label: the words that spoke for it, its score in words, and how good the label is."""

    id: str
    name: str
    terms: tuple[str, ...]
    score: str
    measured: str


@dataclass(frozen=True, slots=True)
class Because:
    """The answer to "why this label?". `second`: what a second look said, empty where there was none."""

    text: SafeString
    labels: tuple[LabelReason, ...]
    kind: str
    left_out: str
    form: CorrectForm | None
    second: str = ""


def because(programme: Programme, post: PostRow, *, may_correct: bool, whole: bool = False) -> Because:
    """Why a post carries its labels, with the deciding words marked in its text."""
    model, taxonomy = understanding.model_of(programme), understanding.taxonomy_of(programme)
    corrections = read.label_quality(programme.slug)
    opinion = read_second.opinions(programme.slug, [post.id]).get(post.id)
    outside = opinion is not None and opinion.tier == "endpoint" and opinion.labels == post.labels
    marked, found = [], []
    for scored in post.labels:
        reasons = []
        if model is not None and not post.corrected and not outside:
            try:
                reasons = [one for one in model.explain(post.text, scored.id, MOST) if one.weight >= LEAST]
            except EarnestError:
                reasons = []
        marked += reasons
        label = taxonomy.get(scored.id) if taxonomy else None
        found.append(
            LabelReason(
                id=scored.id,
                name=label.name["en"] if label else "",
                terms=tuple(dict.fromkeys(reason.term for reason in reasons)),
                score="" if post.corrected else OUTSIDE if outside else words.sureness(scored.score),
                measured=measured(programme, scored.id, corrections.get(scored.id)),
            )
        )
    used = tuple(scored.id for scored in post.labels)
    form = CorrectForm(taxonomy, used) if may_correct else None
    return Because(
        text=words.words(post.text, marked, None if whole else words.SHOWN),
        labels=tuple(found),
        kind="" if post.corrected else words.sureness(post.kind_score),
        left_out=_left_out(post.text),
        form=form,
        second=second(post, opinion),
    )


_LOOKED = {
    "accurate": "a slower, more accurate model on this machine",
    "endpoint": "a language model on the operator's own server",
}


def second(post: PostRow, opinion: read_second.Opinion | None) -> str:
    """What a second look said, in a sentence."""
    if opinion is None:
        return ""
    who, said = _LOOKED.get(opinion.tier, "another model"), opinion.labels[0].id
    if opinion.agrees:
        return f"By {who}: it agreed."
    if opinion.changed:
        return f"By {who}: it said {said} and was surer. Before, the post was under {opinion.said}."
    rest = " Neither is sure, so a person should say." if post.unsure and not post.corrected else ""
    return f"By {who}: it said {said}.{rest}"


def measured(programme: Programme, label: str, here: read.LabelQuality | None) -> str:
    """How often the label was right: on texts the model had not seen, and by people here."""
    said = []
    model = understanding.model_of(programme)
    quality = model.quality if model else None
    figures = quality.label(label) if quality else None
    share = figures.precision if figures else None
    if share is not None and share.value is not None:
        said.append(
            f"Right {share.value * 100:.0f} times in 100 when it was measured"
            f" (likely {share.low * 100:.0f} to {share.high * 100:.0f}, {share.of} texts)."
        )
    blind = blind_sample.measured(programme.slug).rolling.labels.get(label)
    if blind is not None and blind_sample.tells(blind.precision):
        right = blind.precision
        said = [
            f"Right {(right.value or 0) * 100:.0f} times in 100 in this programme’s blind sample"
            f" (likely {right.low * 100:.0f} to {right.high * 100:.0f},"
            f" {words.several(right.of, 'post', 'posts')})."
        ]
    if here is not None and here.of:
        said.append(f"People here kept it {here.right} of {words.several(here.of, 'time', 'times')}.")
    return " ".join(said) or "Not measured yet."


def _left_out(text: str) -> str:
    count = sum(1 for _ in words.PLACEHOLDER.finditer(text))
    if not count:
        return "No author was kept."
    return f"{words.several(count, 'piece', 'pieces')} of personal data, before storing. No author was kept."
