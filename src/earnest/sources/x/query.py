"""What may be searched for on X: words. Never a person, a list of persons or where somebody is."""

import re

LONGEST = 480
"""Characters. X takes 512, some of which Earnest needs itself."""

_OPERATOR = re.compile(r"(?<![\w/])-?([a-z_]+):(?!//)", re.IGNORECASE)
_WHOLE = re.compile(rf"{_OPERATOR.pattern}\S*", re.IGNORECASE)
_ALLOWED = frozenset({"lang", "has", "is", "place_country", "context", "entity"})
_WORD = re.compile(r"[^\W_]{2,}")


def wrong(query: str) -> str | None:
    """What is wrong with a query, as the end of a sentence; None where it may be asked."""
    plain = query.strip()
    if not plain or not _WORD.search(_WHOLE.sub(" ", plain)):
        return "must hold the words to look for"
    if len(plain) > LONGEST:
        return f"must have at most {LONGEST} characters"
    if not plain.isprintable():
        return "must be one line of text"
    for found in _OPERATOR.finditer(plain):
        if found[1].lower() not in _ALLOWED:
            return f"must not use '{found[1].lower()}:': words are looked for, never people or where they are"
    if "@" in plain:
        return "must not name accounts: words are looked for, such as the name people use for the service"
    if plain.count('"') % 2 or plain.count("(") != plain.count(")"):
        return "must close its quotation marks and brackets"
    return None


def asked(query: str) -> str:
    """The query as it is sent: reposts are said by nobody, and promotions by no customer."""
    return f"({query.strip()}) -is:retweet -is:nullcast"
