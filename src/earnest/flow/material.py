"""What a programme's model is made of: its taxonomy's examples and what its people said, a part kept aside.

A fifth of all corrected posts is never taught, chosen by the post's own key, so that the same posts are kept
aside for ever and every model is asked about posts it has not seen. Blind samples are never taught at all.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from earnest.store import read_learn, read_review
from earnest.understand import corpus
from earnest.understand.corpus import OTHER, Example
from earnest.understand.taxonomy import Taxonomy

ASIDE = 5
"""One of so many corrected posts is kept aside."""


@dataclass(frozen=True, slots=True)
class Question:
    """A post that is kept aside, and its right label; `blind`: said by somebody who saw no machine's."""

    text: str
    right: str
    blind: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class Material:
    """examples: taught, the programme's own first; posts: whose they are; questions: kept aside."""

    examples: tuple[Example, ...]
    posts: tuple[int, ...]
    questions: tuple[Question, ...]


def kept_aside(key: bytes) -> bool:
    """Whether a post is kept aside: by its key alone, so it is the same for every model."""
    return hashlib.sha256(b"kept aside" + key).digest()[0] % ASIDE == 0


def gather(programme: str, taxonomy: Taxonomy, shipped: Sequence[Example]) -> Material:
    """Everything that may be read just now. Labels that the taxonomy does not know are left out.

    Near-duplicates of posts that are kept aside are not taught either.
    """
    known = {OTHER, *(label.id for label in taxonomy.labels)}
    lessons = [
        (one, labels)
        for one in read_learn.lessons(programme)
        if (labels := tuple(label for label in one.labels if label in known)) and labels[0] == one.labels[0]
    ]
    questions = [
        Question(one.text, labels[0], blind=False, asked=one.asked)
        for one, labels in lessons
        if kept_aside(one.key)
    ]
    for blind in read_review.blind(programme):
        said = {answer.label for answer in blind.answers}
        if len(said) == 1 and (label := said.pop()) in known:
            questions.append(Question(blind.text, label, blind=True, asked=True))
    taught = [(one, labels) for one, labels in lessons if not kept_aside(one.key)]
    own = [
        Example(
            one.text, labels, one.kind if one.kind in taxonomy.kinds else None, None, None, _place(labels)
        )
        for one, labels in taught
    ]
    aside = [Example(question.text, (question.right,)) for question in questions]
    fresh = {id(example) for example in corpus.sift([*aside, *own]).examples[: len(aside) + len(own)]}
    pairs = [(example, one.id) for example, (one, _) in zip(own, taught, strict=True) if id(example) in fresh]
    return Material(
        examples=(*(example for example, _ in pairs), *shipped),
        posts=tuple(post for _, post in pairs),
        questions=tuple(questions),
    )


def _place(labels: tuple[str, ...]) -> str:
    """A file of one label each: corrections are no natural mixture, people are asked about what is hard."""
    return f"corrected/{labels[0]}:1"
