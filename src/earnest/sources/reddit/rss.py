"""Reddit's own feeds, for whoever has no application: the newest hundred things and no more."""

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlencode

from earnest.egress import Answer, Egress
from earnest.egress.client import ALL
from earnest.record.errors import BadFile, EgressRefused, SourceGone
from earnest.record.raw import RawPost
from earnest.sources.feed.parse import parse
from earnest.sources.reddit.items import Item, number_of
from earnest.sources.reddit.walk import ENDS, NEWEST, Walked
from earnest.sources.reddit.wire import moved, refused, strange

_TAIL = re.compile(r"\s*submitted by\s+/?u/\S+(?:\s+to\s+\S+)?\s*(?:\[link\])?\s*(?:\[comments\])?\s*$")
"""What Reddit writes below every submission of a feed: who wrote it."""

_BY = re.compile(r"^/u/\S+ on (.*)$", re.DOTALL)
"""The title that Reddit gives a comment: who wrote it, and under what."""


class Feeds:
    """The feeds of a subreddit."""

    def __init__(self, server: str, egress: Egress) -> None:
        self._server, self._egress = server or "https://www.reddit.com", egress

    def walk(
        self, path: str, params: dict[str, str], now: datetime, lang: str | None, region: str | None
    ) -> Walked:
        """The newest things of a listing, as one walk that goes no further. Raises SourceError."""
        query = urlencode(params | {"limit": "100"})
        answer = self._ask(f"{self._server.rstrip('/')}/{quote(path)}/.rss?{query}")
        try:
            found = parse(answer.body, answer.headers, now, lang, region)
        except BadFile:
            raise strange() from None
        walked = Walked(whole=len(found.posts) < ENDS["feed"])
        newer = NEWEST
        for post in found.posts:
            number = number_of(post.id)
            if number is None:
                continue
            newer = number
            said = _bare(post)
            walked.items.append(Item(number, post.created, said if said.text else None))
        walked.items += [Item(newer, None, one) for one in found.refused]
        return walked

    def _ask(self, url: str) -> Answer:
        try:
            answer = self._egress.ask("GET", url, headers={"accept": "application/atom+xml"}, takes=ALL)
        except EgressRefused as error:
            if error.problem.endswith("redirects."):
                raise moved() from None
            raise
        if answer.status != 200:
            raise self._told(answer)
        return answer

    def _told(self, answer: Answer) -> Exception:
        error = refused(answer.status, dict(answer.headers), answer.body)
        if answer.status in (401, 403) and isinstance(error, SourceGone):
            return SourceGone(
                error.problem, advice="Reddit's feeds may be shut here: register an application."
            )
        return error


def _bare(post: RawPost) -> RawPost:
    """The post without who wrote it: Reddit puts the name into the words."""
    text = _TAIL.sub("", post.text)
    if post.id.startswith("t1_"):
        title, _, body = text.partition("\n\n")
        text = body if _BY.match(title) and body else text
    author = (post.author or "").removeprefix("/u/").lower() or None
    # A feed tells no edits: that one was made is only seen when its day is listed again.
    return replace(post, text=text.strip(), author=author, version=post.created)
