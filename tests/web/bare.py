"""Finds text in a template that is not marked for translation."""

import re
from collections.abc import Iterator

_GONE = (
    re.compile(r"{%\s*trans(?:late)?\b.*?%}", re.S),
    re.compile(r"{%\s*block\s+(?:body|main)_class\s*%}.*?{%\s*endblock\b.*?%}", re.S),  # the name of a style
    re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}", re.S),
    re.compile(r"{#.*?#}"),
    re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.S),
    re.compile(r"<(script|style|svg)\b.*?</\1>", re.S),
)
_TAG = re.compile(r"<!?/?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.S)
_CODE = re.compile(r"{{.*?}}|{%.*?%}", re.S)
_SAID = re.compile(r"\b(?:title|alt|placeholder|aria-label|data-th|data-says)\s*=\s*\"([^\"]*)\"")
_ELSE = re.compile(r"\|default:\"([^\"]*[^\W\d_] [^\"]*)\"")  # what is said where there is nothing else
_ENTITY = re.compile(r"&#?\w+;|\b(?:Earnest|UTC)\b")  # and names, which are the same everywhere
_WORD = re.compile(r"[^\W\d_]{2,}")


def texts(template: str) -> Iterator[tuple[int, str]]:
    """(line, words) of every text and spoken attribute that is not within a translation tag."""
    for other in _ELSE.finditer(template):
        yield from _words(template, other.start(1), other.group(1))
    for gone in _GONE:
        template = gone.sub(lambda found: "\n" * found.group().count("\n"), template)
    for tag in _TAG.finditer(template):
        for said in _SAID.finditer(tag.group()):
            yield from _words(template, tag.start() + said.start(1), said.group(1))
    at = 0
    for tag in _TAG.finditer(template):
        yield from _words(template, at, template[at : tag.start()])
        at = tag.end()
    yield from _words(template, at, template[at:])


def _words(template: str, at: int, text: str) -> Iterator[tuple[int, str]]:
    plain = _ENTITY.sub(" ", _CODE.sub(lambda found: "\n" * found.group().count("\n") or " ", text))
    if _WORD.search(plain):
        ahead = len(text) - len(text.lstrip())
        yield template.count("\n", 0, at + ahead) + 1, " ".join(plain.split())
