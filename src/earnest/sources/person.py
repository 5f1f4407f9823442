"""What can be known, from an address or from words alone, to follow one person.

    of_one(address)   whether an address is a feed, a page or a list of what single accounts say
    operator(words)   the operator of a search ("from:") that picks out an account, or ""

Earnest listens to topics and places, never to somebody. An organisation's own blog, a hashtag, a forum, a
repository, a channel are places. Whose an account is cannot be known, so every account counts as a person.
"""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from earnest.record.errors import RefusedConfiguration

SAYS = "This address leads to what one person says: Earnest listens to topics and places, never to people."
ADVICE = "Take a hashtag, a forum, a search for words, or an organisation's own blog."

DEEP = 3
"""Addresses within addresses (bridges, readers, archives) that are looked into."""

_OPERATOR = re.compile(
    r"(?<![\w/])-?(from|to|by|author|inauthor|user|username|account|screen_name|profile|owner|poster|submitter"
    r"|sender|commenter|involves|assignee|mentions|reviewed-by|review-requested|retweets_of|list|in_reply_to"
    r"|conversation_id):(?=[\w@\"'(])",
    re.IGNORECASE,
)
_PROFILE = re.compile(r"(?<![\w-])subreddit\s*:\s*u_\w", re.IGNORECASE)

_ENDS = (".rss", ".atom", ".xml", ".json", ".rdf")
_FILES = (*_ENDS, ".html", ".php")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,12}")
_BEFORE = frozenset(
    {
        "u", "user", "users", "author", "authors", "profile", "profiles", "acct", "usr",
        "autor", "autores", "auteur", "usuario", "usuarios", "utilisateur", "benutzer",
    }
)  # fmt: skip
"""Parts of a path after which the name of an account stands."""

_NO_NAME = frozenset(
    {
        "", "all", "announcements", "area", "atom", "blog", "changelog", "comments", "digest", "discussions",
        "docs", "experience", "feed", "feeds", "forum", "forums", "group", "groups", "guide", "guides",
        "help", "index", "latest", "login", "manual", "new", "news", "posts", "press", "releases", "research",
        "rss", "stories", "support", "tips", "topics", "updates",
    }
)  # fmt: skip
"""What may stand there and is no account ("/users/feed.xml", "/user/guide.xml")."""

_SORTS = frozenset({"c", "t", "category", "categories", "tag", "tags", "tagged"})
"""Parts of a path after which a subject stands, whatever it is called ("/c/users/5.rss")."""

_ASKED = frozenset(
    {
        "acct", "author", "author_id", "author_name", "byline", "from_user", "handle", "screen_name",
        "search_author", "user", "user_id", "userid", "username", "username_filters", "user_name",
    }
)  # fmt: skip
"""Questions of an address that name an account ("?author=ann")."""

_ACCOUNTS_FIRST = re.compile(
    r"(?:^|\.)(?:x\.com|twitter\.com|fxtwitter\.com|vxtwitter\.com|nitter\.[a-z0-9.-]{2,60}|xcancel\.com"
    r"|threads\.(?:net|com)|instagram\.com|tiktok\.com|truthsocial\.com)$"
)
"""Where an address begins with an account's name ("x.com/ann")."""

_NUMBERED = re.compile(r".\.\d+$")
"""How forums write a member in an address ("/members/ann.123/")."""

_NOT_ACCOUNTS = frozenset({"search", "hashtag", "explore", "tags", "tag", "about", "p", "rss"})
_HACKERS = frozenset({"user", "threads", "submitted", "favorites", "upvoted"})
_CODE = re.compile(
    r"(?:^|\.)(?:github|gitlab|gitea)\.com$|^codeberg\.org$|^gitlab\.|^git\.|^gitea\.|^forgejo\."
)


def check(address: str) -> None:
    """Raises RefusedConfiguration where an address follows one person."""
    if of_one(address):
        raise RefusedConfiguration(SAYS, advice=ADVICE)


def of_one(address: str, deep: int = DEEP) -> bool:
    """Whether an address follows one person, as far as it tells."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
        asked = parse_qsl(parts.query)
    except ValueError:
        return False  # no address: opening the source says so
    path = _steps(unquote(unquote(parts.path)))
    return (
        _account_in(path)
        or _account_at(host, path, dict(asked))
        or any(_names(name, value, host) for name, value in asked)
        or (deep > 0 and any(of_one(inner, deep - 1) for inner in _within(path, asked)))
    )


def _steps(path: str) -> list[str]:
    """The parts of a path, as a server that goes up at ".." reads them."""
    found: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del found[-1:]
        elif step not in ("", "."):
            found.append(step)
    return found


def operator(words: str) -> str:
    """The operator in words of a search that would pick out an account, or ""."""
    found = _OPERATOR.search(words)
    if found is not None:
        return f"{found[1].lower()}:"
    return "subreddit:u_" if _PROFILE.search(words) else ""


def profile(subreddit: str) -> bool:
    """Whether a subreddit is somebody's own page ("u_ann")."""
    return any(one.strip().lower().startswith("u_") for one in subreddit.removeprefix("r/").split("+"))


def _account_in(path: list[str]) -> bool:
    """An account in a path, at whatever host: "/@ann.rss", "/u/ann/activity.rss", "/r/u_ann/.rss"."""
    before = ""
    for step in path:
        name = _stem(step)
        if before in _SORTS and not name.startswith("@"):
            before = ""
            continue
        if name.startswith("@") and len(name) > 1 and before not in ("package", "npm"):
            return True
        if before == "r" and profile(name):
            return True
        if before in _BEFORE and name not in _NO_NAME:
            return True
        if before == "members" and _NUMBERED.search(name):
            return True
        before = step.lower()
    return False


def _account_at(host: str, path: list[str], asked: dict[str, str]) -> bool:
    """An account where its host says so."""
    first = path[0].lower() if path else ""
    if _ACCOUNTS_FIRST.search(host):
        return bool(path) and _stem(first) not in _NOT_ACCOUNTS
    if host == "news.ycombinator.com" or host.endswith("hnrss.org"):
        named = asked.get("id", "")
        return bool(named) and (first in _HACKERS or (first == "replies" and not named.isdecimal()))
    if host == "dev.to":
        return first == "feed" and len(path) > 1 and path[1].lower() != "tag"
    if _CODE.search(host):
        return len(path) == 1 and first.endswith(_ENDS) and _stem(first) not in _NO_NAME
    if host.startswith("rsshub."):
        return any(step in ("people", "uid", "space", "timeline") for step in path[:-1])
    return False


def _names(name: str, value: str, host: str) -> bool:
    """Whether a question of an address names an account: "?author=ann", "?q=from:ann"."""
    lower = name.lower().removesuffix("[]")
    if not value.strip():
        return False
    bridge = lower == "u" and "bridge" in host
    return lower in _ASKED or bridge or (lower in ("q", "query", "search", "s") and operator(value) != "")


def _within(path: list[str], asked: list[tuple[str, str]]) -> list[str]:
    """Addresses that an address holds: "…?url=https://x.com/ann", "openrss.org/x.com/ann"."""
    bare = [value.strip().lstrip("/") for _, value in asked]
    found = [value for _, value in asked if "://" in value]
    found += [f"https://{one}" for one in bare if "/" in one and _HOST.fullmatch(one.split("/")[0].lower())]
    begins = next((at + 1 for at, step in enumerate(path) if step.lower() in ("http:", "https:")), None)
    if begins is None and path and _HOST.fullmatch(path[0].lower()) and not path[0].lower().endswith(_FILES):
        begins = 0
    return found if begins is None else [*found, "https://" + "/".join(path[begins:])]


def _stem(step: str) -> str:
    """A part of a path without what says how it is written."""
    lower = step.lower()
    for end in _ENDS:
        if lower.endswith(end):
            return lower[: -len(end)]
    return lower
