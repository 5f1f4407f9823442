"""Grouping posts into themes as they arrive, naming the themes, and noticing single posts that may not wait.

`settle` is called by `flow.follow` within the transaction that moves the mark of what was followed. What is
remembered between two calls is held under the token that the tables had after the last write: where the two
differ (another process wrote, a post was erased, a person merged themes, a transaction did not hold), it is
read anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count as counting

from earnest.flow import theme_names
from earnest.store import clock, read, read_follow, read_grouping, read_themes, write_alerts, write_themes
from earnest.store.rows import Followed
from earnest.store.write_themes import Found, Heavy
from earnest.understand import severity, stance
from earnest.understand.themes import SAMPLE, Arrived, Grouping, Moves, Placed

VIEW = 12_000
"""Posts of a programme that are looked at again: about 25 MB."""
AGAIN = 50
"""Posts, at least, after which everything in view is looked at again (a twentieth of what is in view)."""
ASIDE = ("unclear",)
"""Categories whose posts found no themes; they may join one."""
PROGRAMMES = 4
"""Programmes whose themes are remembered at once."""
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
    """The grouping of a programme as it stood after a token was written, and what its posts usually say."""

    token: str
    group: Grouping
    usual: dict[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)


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
    _memory[programme] = memory
    while len(_memory) > PROGRAMMES:
        _memory.pop(next(iter(_memory)))


def recall(programme: str) -> None:
    """Have a programme's themes in memory before a transaction begins. Where posts went they are read anew,
    which may take seconds: whoever keeps posts should not wait for that.
    """
    _memory[programme] = _remembered(programme)


def refresh(programme: str) -> int:
    """Name themes anew whose phrases went with posts, or that a person changed; how many."""
    told = read.programme(programme)
    stale = read_grouping.stale(programme)
    if told is None or not stale:
        return 0
    memory = _remembered(programme)
    theme_names.write(programme, told.floor, memory.group, memory.usual, set(stale))
    _memory[programme] = memory
    return len(stale)


def _remembered(programme: str) -> Memory:
    token = read_grouping.token(programme)
    memory = _memory.pop(programme, None)
    if memory is not None and memory.token == token:
        return memory
    arrival, _ = read_follow.mark(programme)
    posts = [
        Placed(post.id, post.text, post.home, _founds(post.label, post.kind), post.fixed, post.lang)
        for post in read_grouping.in_view(programme, arrival, VIEW, SAMPLE)
    ]
    numbers = counting(read_grouping.last_number(programme) + 1)
    return Memory(token, Grouping.again(posts, numbers, apart=read_grouping.apart(programme), view=VIEW))


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
    if group.since >= max(AGAIN, len(group.texts()) // 20):
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
        theme_names.write(programme, floor, memory.group, memory.usual, due)


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
