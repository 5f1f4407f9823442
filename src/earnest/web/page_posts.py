"""A post with all that a page shows of it: what it is about, why, and what a person may say instead."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from earnest.record.errors import EarnestError
from earnest.report import measured as blind_sample
from earnest.store import read, read_second
from earnest.store.read import PostRow, Programme
from earnest.understand.evaluate import Share
from earnest.web import understanding, words
from earnest.web.forms import CorrectForm

MOST, LEAST = 4, 0.08
"""Words shown for a label, and the share of all that spoke for it below which a word is not worth showing."""

OUTSIDE = _("how sure the second look was is its own word, and was not measured")


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
                name=words.named(label.name) if label else "",
                terms=tuple(dict.fromkeys(reason.term for reason in reasons)),
                score="" if post.corrected else str(OUTSIDE) if outside else words.sureness(scored.score),
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
    "accurate": _("a slower, more accurate model on this machine"),
    "endpoint": _("a language model on the operator's own server"),
}


def second(post: PostRow, opinion: read_second.Opinion | None) -> str:
    """What a second look said, in a sentence."""
    if opinion is None:
        return ""
    named = {
        "who": _LOOKED.get(opinion.tier, _("another model")),
        "label": opinion.labels[0].id,
        "before": opinion.said,
    }
    if opinion.agrees:
        return gettext("By %(who)s: it agreed.") % named
    if opinion.changed:
        return (
            gettext("By %(who)s: it said %(label)s and was surer. Before, the post was under %(before)s.")
            % named
        )
    said = gettext("By %(who)s: it said %(label)s.") % named
    if post.unsure and not post.corrected:
        said += " " + gettext("Neither is sure, so a person should say.")
    return said


def measured(programme: Programme, label: str, here: read.LabelQuality | None) -> str:
    """How often the label was right: on texts the model had not seen, and by people here."""
    said = []
    model = understanding.model_of(programme)
    quality = model.quality if model else None
    figures = quality.label(label) if quality else None
    share = figures.precision if figures else None
    if share is not None and share.value is not None:
        said.append(
            gettext(
                "Right %(right)s times in 100 when it was measured (likely"
                " %(low)s to %(high)s, %(of)s texts)."
            )
            % _range(share)
        )
    blind = blind_sample.measured(programme.slug).rolling.labels.get(label)
    if blind is not None and blind_sample.tells(blind.precision):
        right = _range(blind.precision)
        said = [
            gettext(
                "Right %(right)s times in 100 in this programme’s blind sample"
                " (likely %(low)s to %(high)s, %(posts)s)."
            )
            % {**right, "posts": words.posts(blind.precision.of)}
        ]
    if here is not None and here.of:
        said.append(
            gettext("People here kept it %(kept)s of %(times)s.")
            % {"kept": here.right, "times": words.times(here.of)}
        )
    return " ".join(said) or gettext("Not measured yet.")


def _range(share: Share) -> dict[str, object]:
    return {
        "right": f"{(share.value or 0) * 100:.0f}",
        "low": f"{share.low * 100:.0f}",
        "high": f"{share.high * 100:.0f}",
        "of": share.of,
    }


def _left_out(text: str) -> str:
    count = sum(1 for _found in words.PLACEHOLDER.finditer(text))
    if not count:
        return gettext("No author was kept.")
    return ngettext(
        "%(count)s piece of personal data, before storing. No author was kept.",
        "%(count)s pieces of personal data, before storing. No author was kept.",
        count,
    ) % {"count": words.number(count)}
