"""Looking whether a private category's invitation stands: the pinned topic, its words, and whether who wrote
it is staff now. On Discourse none but staff pin a topic.
"""

from collections.abc import Iterator
from typing import Any

from earnest.sources.discourse.wire import Forum, Hidden, mapping, number
from earnest.sources.handshake import Invitation, NotProved
from earnest.sources.published import Pinned, asks_to_stay_out, find, readable

PINS = 10
"""So many pinned topics are looked into."""


def look(
    forum: Forum, category: int, acts_as: str, invitation: Invitation, known: str | None
) -> Pinned | NotProved:
    """The category's pinned notice, or why the invitation does not stand."""
    try:
        there = forum.category(category)
        slug = there.get("slug")
        if (
            number(there.get("id")) != category
            or not isinstance(slug, str)
            or not slug.replace("-", "").isalnum()
        ):
            return NotProved("sent_away")
        if asks_to_stay_out(there.get("description_text")) or asks_to_stay_out(there.get("description")):
            return NotProved("opted_out")
        topics = forum.topics(slug, category)
        return find(_pins(forum, category, acts_as, topics), invitation, known, lambda who: who == "staff")
    except Hidden:
        return NotProved("sent_away")


def _pins(forum: Forum, category: int, acts_as: str, topics: list[Any]) -> Iterator[Pinned]:
    seen = 0
    for one in map(mapping, topics):
        id = number(one.get("id"))
        if not id or one.get("pinned") is not True or one.get("visible") is False or seen >= PINS:
            continue
        seen += 1
        try:
            topic = forum.topic(id)
        except Hidden:
            continue  # it went between the list and the look
        posts = mapping(topic.get("post_stream")).get("posts")
        first = mapping(posts[0] if isinstance(posts, list) and posts else None)
        text, who = first.get("raw"), first.get("username")
        if number(topic.get("category_id")) != category or topic.get("deleted_at") is not None:
            continue
        if first.get("post_number") != 1 or not isinstance(text, str) or not isinstance(who, str):
            continue
        staff = first.get("admin") is True or first.get("moderator") is True
        own = who.lower() == acts_as.strip().lower()
        yield Pinned(str(number(first.get("id"))), readable(text), ("staff",) if staff and not own else ())
