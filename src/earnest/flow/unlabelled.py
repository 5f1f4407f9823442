"""A programme's own posts as texts that a teacher may label: cleared, and as far as they may be told."""

from earnest.store import read_posts
from earnest.store.shapes import Filters

PAGE = 1_000


def wordings(programme: str, most: int) -> list[str]:
    """Texts of the newest posts, each once. What retention or a deletion has taken away is not among them."""
    found: dict[str, None] = {}
    after: str | None = None
    while len(found) < most:
        page = read_posts.posts(programme, Filters(), after=after, limit=PAGE)
        found.update(dict.fromkeys(row.text for row in page.rows if row.text.strip()))
        if page.next is None:
            break
        after = page.next
    return list(found)[:most]
