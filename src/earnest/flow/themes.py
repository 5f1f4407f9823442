"""Grouping posts into themes as they arrive, naming the themes, and noticing single posts that may not wait.

`settle` is called by `flow.follow` within the transaction that moves the mark of what was followed. What is
remembered between two calls is held under the token that the tables had after the last write: where the two
differ (another process wrote, a person merged themes, a transaction did not hold), it is read anew. Posts
that were erased or reworded meanwhile are forgotten one by one (`read_follow.gone`).

A theme that nobody spoke of for long leaves memory (`understand.themes`), never the store. Where posts of it
come again, a new theme begins; when it is named, an old one of the same phrases is had in memory again, and
with the next look at everything the two become one under the old number, if they lie as near as any two that
do. One that returns in other words stays a new theme, until a person says that the two are one.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count as counting

from earnest.flow import theme_names
from earnest.store import (
    clock,
    read,
    read_follow,
    read_grouping,
    read_themes,
    scope,
    write_alerts,
    write_themes,
)
from earnest.store.read_grouping import Seen
from earnest.store.rows import Followed
from earnest.store.write_themes import Found, Heavy
from earnest.understand import severity, stance
from earnest.understand.themes import LEAST, SAMPLE, Arrived, Grouping, Moves, Placed

VIEW = 12_000
"""Posts of a programme that are looked at again; in memory half as many again at most, and as many older
ones: 30,000 posts, about 30 MB.
"""
AGAIN = 50
"""Posts, at least, after which everything in view is looked at again (a twentieth of what is in view)."""
ASIDE = ("unclear",)
"""Categories whose posts found no themes; they may join one."""
MOST = 90_000
"""Posts that are remembered at once, of all programmes; the programme followed longest ago is let go of."""
SHARED = 2
"""Phrases that a theme which left memory shares with one that was named just now, to be looked at again."""
LOOKED_AT = 2_000
"""Themes that left memory whose phrases are looked at, those spoken of last."""
RETURN = 5
"""Themes that return to memory with one batch, at most."""
FEW = 6
"""Of a theme that has fewer posts left in memory after some were erased, older ones are read."""
NEW = timedelta(days=14)
"""A theme that is older when it has enough voices is not told of as new."""
SETTLED = timedelta(days=28)
"""For so long a programme must have listened before anything can be new to it."""
FRESH = timedelta(days=3)
"""Of severe posts, those that were said since raise an alert; a history that is imported raises none."""
FAR = 0.7
"""From so far away from every theme a post is like nothing before."""


@dataclass(slots=True)
class Memory:
    """The grouping of a programme as it stood after a token was written, and what its posts usually say.

    gone      how much had been erased or reworded then (`read_follow.mark`)
    terms     what may not be told though it is stored, but for its age
    returned  themes are in memory again that had left it: everything is to be looked at again
    """

    token: str
    gone: int
    terms: tuple[Hashable, ...]
    group: Grouping
    returned: bool = False
    usual: dict[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict, repr=False)


_memory: dict[str, Memory] = {}


def settle(programme: str, posts: Sequence[Followed]) -> None:
    """Group posts that have just been followed, in the order of their arrival. Within the caller's
    transaction; writes everything there.
    """
    told = read.programme(programme)
    if told is None or not posts:
        return
    memory = _remembered(programme)
    try:
        found, novel = _group(memory, posts)
        memory.token = write_themes.group(programme, found)
        _name(programme, told.floor, memory, found)
        _severe(programme, posts, novel)
        _tell(programme, told.floor)
        memory.token = read_grouping.token(programme)
    except BaseException:
        _memory.pop(programme, None)
        raise
    _hold(programme, memory)


def recall(programme: str) -> None:
    """Have a programme's themes in memory before a transaction begins. Where posts went they are read anew,
    which may take seconds: whoever keeps posts should not wait for that.
    """
    _hold(programme, _remembered(programme))


def refresh(programme: str) -> int:
    """Name themes anew whose phrases went with posts, or that a person changed; how many."""
    told = read.programme(programme)
    stale = read_grouping.stale(programme)
    if told is None or not stale:
        return 0
    memory = _remembered(programme)
    theme_names.write(programme, told.floor, memory.group, memory.usual, set(stale))
    _hold(programme, memory)
    return len(stale)


def tidy(programme: str) -> None:
    """Let go of what was erased, where the programme's themes are in memory."""
    if programme in _memory:
        recall(programme)


def _hold(programme: str, memory: Memory) -> None:
    _memory.pop(programme, None)
    _memory[programme] = memory
    while len(_memory) > 1 and sum(len(one.group) for one in _memory.values()) > MOST:
        _memory.pop(next(iter(_memory)))


def _remembered(programme: str) -> Memory:
    """What is remembered of a programme, as it is now: without what left, or read anew."""
    token = read_grouping.token(programme)
    arrival, gone = read_follow.mark(programme)
    within = scope.of(programme)
    terms = (within.hidden, within.overdue)
    memory = _memory.pop(programme, None)
    if memory is not None and (memory.token, memory.terms) == (token, terms):
        left = read_follow.gone(programme, memory.gone, gone)
        if left is not None:
            _forget(programme, memory, left.posts, within.first_id, arrival)
            memory.gone = gone
            return memory
    posts = _placed(read_grouping.in_view(programme, arrival, VIEW, SAMPLE))
    numbers = counting(read_grouping.last_number(programme) + 1)
    group = Grouping.again(posts, numbers, apart=read_grouping.apart(programme), view=VIEW)
    return Memory(token, gone, terms, group)


def _forget(programme: str, memory: Memory, posts: Collection[int], before: int, arrival: int) -> None:
    """Let go of posts; of a theme that has hardly any left in memory, older ones are had there again."""
    touched = memory.group.forget(posts, before)
    if posts:
        memory.usual.clear()  # it is made of their words too
    few = [number for number, left in touched.items() if left < FEW]
    if few:
        memory.group.recall(_placed(read_grouping.of_themes(programme, few, arrival, SAMPLE)))


def _placed(posts: Sequence[Seen]) -> list[Placed]:
    return [
        Placed(post.id, post.text, post.home, _founds(post.label, post.kind), post.fixed, post.lang)
        for post in posts
    ]


def _founds(label: str, kind: str) -> bool:
    """Praise joins a theme as its other view and founds none; neither does what nobody understands."""
    return kind != "praise" and label.partition(".")[0] not in ASIDE


def _group(memory: Memory, posts: Sequence[Followed]) -> tuple[Found, set[int]]:
    group = memory.group
    group.forget(post.id for post in posts)  # those whose wording changed come again
    known = set(group.themes)
    moves = group.add(
        [Arrived(post.id, post.text, _founds(post.label, post.kind), post.lang) for post in posts]
    )
    if memory.returned or group.since >= max(AGAIN, len(group) // 20):
        memory.returned = False
        last = group.settle()
        moves = Moves({**moves.homes, **last.homes}, (*moves.merged, *last.merged))
    met = {home for home in moves.homes.values() if home} | {one for pair in moves.merged for one in pair}
    others = stance.says_opposite([post.text for post in posts])
    found = Found(
        homes=moves.homes,
        made=frozenset(met - known),
        merged=moves.merged,
        others=frozenset(
            post.id for post, other in zip(posts, others, strict=True) if other or post.kind == "praise"
        ),
    )
    return found, {post.id for post in posts if not moves.homes.get(post.id)}


def _name(programme: str, floor: int, memory: Memory, found: Found) -> None:
    """Names for themes that are new or have grown much since they were named."""
    touched = {home for home in found.homes.values() if home} | {stays for _, stays in found.merged}
    sizes = read_grouping.sizes(programme, sorted(touched))
    due = {number for number, (posts, sized) in sizes.items() if posts >= max(2 * sized, 3) or not sized}
    if due:
        _return(programme, memory, theme_names.write(programme, floor, memory.group, memory.usual, due))


def _return(programme: str, memory: Memory, named: Mapping[int, list[str]]) -> None:
    """Have themes in memory again that left it and are called what one is called now."""
    said = {words for phrases in named.values() for words in phrases}
    if not said:
        return
    known = set(memory.group.themes)
    alike = {
        number: len(said & set(words))
        for number, words in read_grouping.quiet(programme, known, LOOKED_AT)
        if any(len(set(words) & set(phrases)) >= min(SHARED, len(words)) for phrases in named.values())
    }
    back = sorted(alike, key=lambda number: (-alike[number], number))[:RETURN]
    posts = read_grouping.of_themes(programme, back, read_follow.mark(programme)[0], SAMPLE) if back else []
    sizes = Counter(post.home for post in posts)
    memory.group.recall(_placed([post for post in posts if sizes[post.home] >= LEAST]))
    memory.returned = bool(back)


def _severe(programme: str, posts: Sequence[Followed], novel: set[int]) -> None:
    """Single posts that may not wait. Praise is none, and neither is a repost of one."""
    found = severity.judge([post.text for post in posts])
    heavy = [
        Heavy(post.id, one.why, one.score, post.id in novel)
        for post, one in zip(posts, found, strict=True)
        if one is not None and post.kind != "praise" and post.repost_of is None
    ]
    kept = {one.post for one in heavy}
    write_themes.heavy(programme, heavy, [post.id for post in posts if post.id not in kept])
    since = clock.seconds(clock.now() - FRESH)
    by_id = {post.id: post for post in posts}
    for one in heavy:
        post = by_id[one.post]
        if post.created >= since:
            write_alerts.raise_alert(
                programme,
                sort="severe",
                about=post.label,
                key=f"severe:post:{post.id}",
                at=post.created,
                why={"post": post.id, "sort": one.why[0], "kind": post.kind, "score": one.score},
            )


def _tell(programme: str, floor: int) -> None:
    """An alert for each theme that is new to a programme that has listened for a while."""
    now = clock.now()
    waiting = read_themes.untold(programme, floor, now - NEW)
    if not waiting:
        return
    begun = read_grouping.began(programme)
    for number, label, at in waiting:
        if begun is not None and begun <= now - SETTLED:
            write_alerts.raise_alert(
                programme,
                sort="new",
                about=f"theme:{number}",
                key=f"new:theme:{number}",
                at=at,
                why={"label": label},
            )
    write_themes.told(programme, [number for number, _, _ in waiting])
