"""What a person types into the search box, understood once for both databases.

Words (all of them), "a phrase", -without, begin*. Case and accents do not matter. Nothing typed is ever an
error: signs that mean nothing are passed over, and a query without any word finds nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from earnest.store.words import words as find

_PART = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
MAX_TERMS = 32


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand side by side. `prefix`: the last word only begins so. `without`: must not be
    there.
    """

    words: tuple[str, ...]
    prefix: bool = False
    without: bool = False


def parse(typed: str) -> tuple[Term, ...]:
    """The terms of a query, at most 32 of them."""
    terms: list[Term] = []
    for minus, phrase, bare in _PART.findall(typed[:2_000].replace("\x00", " ")):
        said = phrase or bare
        words = tuple(find(said))
        if words:
            terms.append(Term(words, prefix=bool(bare) and bare.endswith("*"), without=bool(minus)))
    return tuple(terms[:MAX_TERMS])


def fts5(terms: tuple[Term, ...], marks: Sequence[tuple[str, ...]]) -> str:
    """An FTS5 expression of terms and marks; every word is quoted, so that none of them is an operator.

    Empty where only words that must not be there are asked for: FTS5 cannot say that alone.
    """
    wanted = [f"text : {_fts5_term(term)}" for term in terms if not term.without]
    wanted += [f"marks : ({' OR '.join(_quoted(one) for one in some)})" for some in marks]
    if not wanted:
        return ""
    expression = " AND ".join(wanted)
    for term in terms:
        if term.without:
            expression = f"({expression}) NOT text : {_fts5_term(term)}"
    return expression


def _fts5_term(term: Term) -> str:
    return f"{_quoted(' '.join(term.words))}{' *' if term.prefix else ''}"


def _quoted(words: str) -> str:
    return f'"{words}"'


def tsquery(terms: tuple[Term, ...], marks: Sequence[tuple[str, ...]]) -> str:
    """A PostgreSQL `tsquery` of terms and marks, written out."""
    wanted = [_ts_term(term) for term in terms]
    wanted += ["(" + " | ".join(f"'{one}'" for one in some) + ")" for some in marks]
    return " & ".join(wanted)


def _ts_term(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    if term.prefix:
        words[-1] += ":*"
    return f"{'!' if term.without else ''}({' <-> '.join(words)})"


def matches(terms: tuple[Term, ...], text: str) -> bool:
    """Whether one text has what is asked for: for the few posts that have just arrived."""
    there = find(text)
    return all(_stands(term, there) is not term.without for term in terms)


def _stands(term: Term, there: list[str]) -> bool:
    size = len(term.words)
    for at in range(len(there) - size + 1):
        here = there[at : at + size]
        if here[:-1] == list(term.words[:-1]) and (
            here[-1].startswith(term.words[-1]) if term.prefix else here[-1] == term.words[-1]
        ):
            return True
    return False
