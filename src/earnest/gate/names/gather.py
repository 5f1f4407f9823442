"""Gather the words of the names tier and their classes; part of `build.py`, which has the sources.

Needs `faker`, `names`, `pyspellchecker` and Debian's `wamerican` and `wspanish`; NOTICE has their licences.
"""

import gzip
import importlib
import json
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from earnest.gate.names import bits
from earnest.gate.names.table import fold

GIVEN_OFTEN, FAMILY_OFTEN, FAMILY_AT_ALL = 800, 6_000, 60_000
"""Ranks in the census up to which a name counts as often met, or is taken at all."""
EVERYDAY = 3_000
"""So many most frequent words of English are names only where the lists are sure."""
FREQUENT = {"en": 30_000, "es": 12_000, "pt": 12_000, "fr": 12_000, "de": 20_000, "it": 3_000}
SORTS = {
    "given": bits.GIVEN, "title": bits.TITLE, "role": bits.ROLE, "say": bits.SAY, "org": bits.ORG,
    "particle": bits.PARTICLE, "street": bits.STREET, "told": bits.TOLD, "mail": bits.MAIL,
    "order": bits.ORDER, "social": bits.SOCIAL, "cue": bits.CUE, "thing": bits.THING,
    "place": bits.PLACE, "pair": bits.PAIR, "common": bits.COMMON,
}  # fmt: skip
DICTIONARIES = Path("/usr/share/dict")


def gathered() -> dict[str, int]:
    """Folded words and pairs of words, with their classes."""
    given, family = faker()
    census_given, census_family = census()
    common, everyday = dictionary(set(given) | set(census_given), set(family))
    sorts: dict[str, int] = {}

    def add(word: str, sort: int) -> None:
        if word.isascii() and len(word) > 1:
            sorts[word] = sorts.get(word, 0) | sort

    for word, times in given.items():
        add(word, bits.GIVEN if times > 1 else bits.GIVEN_RARE)
    for word, times in family.items():
        add(word, bits.FAMILY if times > 1 else bits.FAMILY_RARE)
    for word, rank in census_given.items():
        add(word, bits.GIVEN if rank <= GIVEN_OFTEN else bits.GIVEN_RARE)
    for word, rank in census_family.items():
        if rank <= FAMILY_AT_ALL:
            add(word, bits.FAMILY if rank <= FAMILY_OFTEN else bits.FAMILY_RARE)
            if word[0] == "o" and rank <= FAMILY_AT_ALL and word[1:] in census_family:
                add("o'" + word[1:], bits.FAMILY)
    for word, sort in list(sorts.items()):
        if sort & bits.GIVEN:
            sorts[word] &= ~bits.GIVEN_RARE
        if sort & bits.FAMILY:
            sorts[word] &= ~bits.FAMILY_RARE
    for word in everyday:
        if word in common and not sorts.get(word, 0) & bits.GIVEN:
            sorts.pop(word, None)
    said = lists()
    for word in (common - set(said["people"])) | set(said["ambiguous"]):
        add(word, bits.COMMON)
    for word in said["never"]:
        sorts[word] = bits.COMMON
    for sort, words in cues().items():
        for word in words:
            sorts[word] = sorts.get(word, 0) | sort
    return sorts


def lists() -> dict[str, list[str]]:
    """The groups of `lists/cues.txt`, folded; a pair is two words with a blank."""
    out: dict[str, list[str]] = {}
    group: list[str] = []
    for line in files(__package__).joinpath("lists/cues.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            group = out.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            parts = line.split("|") if "|" in line else line.split()
            group.extend(" ".join(fold(part).split()) for part in parts if part.strip())
    return out


def cues() -> dict[int, list[str]]:
    """Words by the class that a list says they have."""
    found = lists()
    sorts = {sort: list(found[name]) for name, sort in SORTS.items()}
    sorts[bits.STREET] += found["unit"]
    sorts[bits.PAIR] = [pair for pair in sorts[bits.PAIR] if pair.count(" ") == 1]
    return sorts


def _split(names: Iterable[str]) -> set[str]:
    particles = set(cues()[bits.PARTICLE])
    words = {word for name in names for word in fold(name).replace("-", " ").replace(".", " ").split()}
    return {word for word in words if len(word) > 1 and word not in particles}


def _cased(locale: str) -> str:
    """ "en_gb" as "en_GB"."""
    return locale[:3] + locale[3:].upper()


def faker() -> tuple[Counter[str], Counter[str]]:
    """Given and family names of Faker's providers, with the number of locales that have them."""
    given: Counter[str] = Counter()
    family: Counter[str] = Counter()
    for locale in lists()["locales"]:
        provider = importlib.import_module(f"faker.providers.person.{_cased(locale)}").Provider
        firsts: set[str] = set()
        lasts: set[str] = set()
        for name in dir(provider):
            value = getattr(provider, name)
            if isinstance(value, (list, tuple, dict, set)) and "name" in name:
                texts = [text for text in value if isinstance(text, str) and "{" not in text]
                if "first" in name:
                    firsts.update(texts)
                elif "last" in name:
                    lasts.update(texts)
        given.update(_split(firsts))
        family.update(_split(lasts))
    return given, family


def census() -> tuple[dict[str, int], dict[str, int]]:
    """Given and family names of the United States census of 1990, with their rank."""
    folder = Path(str(files("names")))
    given: dict[str, int] = {}
    for name in ("dist.female.first", "dist.male.first"):
        for rank, line in enumerate((folder / name).read_text("ascii").splitlines(), 1):
            word = line.split()[0].lower()
            given[word] = min(rank, given.get(word, rank))
    lines = (folder / "dist.all.last").read_text("ascii").splitlines()
    return given, {line.split()[0].lower(): rank for rank, line in enumerate(lines, 1)}


def dictionary(given: set[str], family: set[str]) -> tuple[set[str], set[str]]:
    """Words written in lower case in dictionaries, and everyday words of English."""
    common: set[str] = set()
    everyday: set[str] = set()
    proper: set[str] = set()
    for file in ("american-english", "spanish"):
        for line in (DICTIONARIES / file).read_text("utf-8").splitlines():
            if line.endswith("'s"):
                continue
            (common if line[:1].islower() else proper).add(fold(line))
    often: set[str] = set()
    folder = Path(str(files("spellchecker"))) / "resources"
    for lang, most in FREQUENT.items():
        counts = json.loads(gzip.decompress((folder / f"{lang}.json.gz").read_bytes()))
        words = [fold(word) for word in sorted(counts, key=counts.__getitem__, reverse=True)]
        often.update(words[:most])
        if lang == "en":
            everyday.update(words[:EVERYDAY])
        if lang not in ("en", "es"):
            # No dictionary of these: a frequent word that no list has as a name is a word.
            common.update(word for word in words[:most] if word not in given and word not in proper)
    often |= given | family
    return {word for word in common & often if len(word) > 1}, everyday
