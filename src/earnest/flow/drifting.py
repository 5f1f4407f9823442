"""What changed of late in a programme: a sample of each week's posts, read anew by the present model.

All weeks are read by the same model, so taking over a better one is no change in what people say.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import numpy as np

from earnest.flow import learn
from earnest.record.errors import ModelError
from earnest.store import clock, read_review, recent, scope
from earnest.understand import drift
from earnest.understand.drift import Notice, Week

WEEKS = 12
SAMPLE = 400
"""Posts of a week that are read."""


FRESH = 300.0
"""Seconds for which a server tells of the whole weeks again: some thousand posts are read for it."""


def notices(programme: str, now: datetime) -> list[Notice]:
    """What is out of the usual in the last whole week; nothing where the model cannot be had."""
    try:
        return _notices(programme, now, learn.model_of(programme).id)
    except ModelError:
        return []


@recent.kept(FRESH, by=lambda programme, now, model: (scope.of(programme).key, clock.week_of(now), model))
def _notices(programme: str, now: datetime, model: str) -> list[Notice]:
    return drift.notices(weeks(programme, now))


def weeks(programme: str, now: datetime) -> list[Week]:
    """The last whole weeks, the oldest first; those without posts are left out. Raises ModelError."""
    model = learn.model_of(programme)
    end = clock.week_of(now)
    answered = _answered(programme, now)
    found = []
    mondays = [end - timedelta(weeks=back) for back in range(WEEKS, 0, -1)]
    days = [(monday, monday + timedelta(weeks=1)) for monday in mondays]
    for monday, texts in zip(mondays, read_review.samples(programme, days, SAMPLE), strict=True):
        if not texts:
            continue
        columns = model.columns(texts, top=1)
        unknown = model.unknown(texts)
        checked, right, promised = answered.get(monday, (0, 0, 0.0))
        found.append(
            Week(
                monday=monday,
                posts=len(texts),
                labels=Counter(model.labels[at] for at in columns.labels[:, 0].tolist()),
                unsure=int(np.count_nonzero(columns.unsure)),
                unknown=float(unknown.mean()),
                unknown_spread=float(unknown.var()),
                checked=checked,
                right=right,
                promised=promised,
            )
        )
    return found


def _answered(programme: str, now: datetime) -> dict[date, tuple[int, int, float]]:
    """By week: blind answers, those that agree with what the machine had said, and its own chances of it."""
    found: dict[date, tuple[int, int, float]] = defaultdict(lambda: (0, 0, 0.0))
    for post in read_review.blind(programme, now - timedelta(weeks=WEEKS)):
        said = [answer.label for answer in post.answers if answer.label]
        if said:
            checked, right, promised = found[week := clock.week_of(post.at)]
            found[week] = checked + 1, right + (said[0] == post.label), promised + post.score
    return found
