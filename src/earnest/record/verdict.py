"""What Earnest makes of a post."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["complaint", "question", "idea", "praise", "report"]
KINDS: tuple[Kind, ...] = ("complaint", "question", "idea", "praise", "report")

Sentiment = Literal["negative", "neutral", "positive"]
SENTIMENTS: tuple[Sentiment, ...] = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class Scored:
    """A label id ("pay.tips") and the calibrated probability that it is right, 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The labels of one post.

    labels     one to three, best first
    unsure     True where no label is sure enough to be shown without asking a person
    sentiment  None for a `workforce` programme: nobody's feelings are inferred there
    lang       "en", "es", … or "und" where it cannot be told
    """

    kind: Kind
    kind_score: float
    labels: tuple[Scored, ...]
    unsure: bool
    lang: str
    sentiment: Sentiment | None = None
    sentiment_score: float | None = None
