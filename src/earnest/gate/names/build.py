"""Make `words.zst`: `python -m earnest.gate.names.build` (a minute; `gather.py` says what it needs).

The model of names is an averaged perceptron. It learns from `lists/templates.txt`, synthetic sentences filled
with names, places and brands, and from the packs' own examples as sentences without names. The same sources
give the same file, byte for byte.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from backports import zstd
from numba import njit
from numpy.typing import NDArray

from earnest.gate.names import bits, kernel, walk
from earnest.gate.names.gather import census, cues, faker, gathered, lists
from earnest.gate.names.table import Stored, folding, laid

HERE = Path(__file__).parent
PACKS = HERE.parents[1] / "understand" / "packs"
SAMPLES = 90
"""How often each template is filled."""
EPOCHS = 8
MARGIN = 60
LEAN = 1_000
"""Added to every score when used: a name too many is better than one too few. Weights reach to 8,000."""
STREETS = ["street", "avenue", "road", "lane", "drive", "blvd", "court", "way", "st", "ave", "rd", "dr"]
WORDS = re.compile(r"[^\W\d_]+")


class Fill:
    """Fills the slots of templates."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - for samples, not for secrets
        given, family = faker()
        common_given, common_family = census()
        self.given = [sorted(common_given, key=common_given.__getitem__), sorted(given)]
        self.family = [sorted(common_family, key=common_family.__getitem__), sorted(family)]
        self.lists = cues()
        sorts = gathered()
        both = bits.GIVEN | bits.GIVEN_RARE | bits.FAMILY
        self.ambiguous = sorted(w for w, sort in sorts.items() if sort & bits.COMMON and sort & both)
        self.pairs = [pair for pair in self.lists[bits.PAIR] if all(len(word) > 2 for word in pair.split())]

    def of(self, lists: list[list[str]]) -> str:
        """A name: half of the time one of the census, the frequent ones more often."""
        draw = self.random
        often, any_of = lists
        if draw.random() < 0.5:
            word = often[min(int(len(often) * draw.random() ** 3), len(often) - 1)]
        else:
            word = draw.choice(any_of)
        if draw.random() < 0.28 and len(word) > 3:
            other = draw.choice(any_of)
            cut = draw.randrange(2, len(word))
            word = word[:cut] + other[-draw.randrange(2, 4) :]
        return _upper(word)

    def person(self, form: str) -> str:
        """A name in the form of a slot, marked."""
        draw = self.random
        given, family = self.of(self.given), self.of(self.family)
        if draw.random() < 0.06:
            given += draw.choice("- ") + self.of(self.given)
        if draw.random() < 0.07:
            family += draw.choice("- ") + self.of(self.family)
        if draw.random() < 0.03:
            family = draw.choice(["de la ", "van ", "de ", "von ", "van der ", "O'", "Mc", "da "]) + family
        if form == "g":
            return f"\1{given}\2"
        if form == "f":
            return f"\1{family}\2"
        if form == "n":
            roll = draw.random()
            if roll < 0.45:
                return f"\1{given}\2"
            if roll < 0.55:
                return f"{self.title('t')} \1{family}\2"
            if roll < 0.6:
                return f"\1{given} {family[0]}.\2"
        middle = (
            f" {draw.choice('ABCDEFGHJKLMPRSTW')}{draw.choice(['', '.'])}" if draw.random() < 0.12 else ""
        )
        if draw.random() < 0.04:
            given, middle = given[0] + ".", ""
        return f"\1{given}{middle} {family}\2"

    def title(self, slot: str) -> str:
        titles = {
            "t": [
                "Mr.",
                "Mrs.",
                "Ms.",
                "Dr.",
                "Mr",
                "Mrs",
                "Ms",
                "Miss",
                "Prof.",
                "Sr.",
                "Sra.",
                "Sir",
                "Uncle",
            ],
            "t_fr": ["M.", "Mme", "Madame", "Monsieur"],
            "t_de": ["Frau", "Herr", "Dr.", "Herrn"],
        }
        return self.random.choice(titles[slot])

    def role(self, slot: str) -> str:
        roles = {
            "role": self.lists[bits.ROLE][:57],
            "role_es": [
                "despachador",
                "encargado",
                "jefe",
                "gerente",
                "cliente",
                "repartidor",
                "portero",
                "vecino",
                "amigo",
            ],
            "role_pt": ["gerente", "entregador", "chefe", "porteiro", "cliente", "colega"],
            "role_fr": ["responsable", "livreur", "gardien", "client", "ami", "collègue", "patron"],
            "role_de": ["Disponent", "Chef", "Kunde", "Kollege", "Fahrer", "Nachbar"],
        }
        return self.random.choice(roles[slot])

    def thing(self, slot: str) -> str:
        draw = self.random
        if slot == "num":
            return draw.choice(["12", "45", "2019", "3", "54", "1,200", "555-0142", "$40", "31"])
        if slot == "day":
            return _upper(draw.choice(self.lists[bits.THING][:20]))
        if slot == "amb":
            return draw.choice(self.ambiguous)
        if slot == "nation":
            return _upper(draw.choice(self.lists[bits.THING][-110:]))
        if slot == "city":
            name = _upper(draw.choice(self.lists[bits.PLACE]))
            if draw.random() < 0.2:
                name = (
                    draw.choice(["San", "Santa", "St.", "Fort", "New", "East", "Saint", "Lake"]) + " " + name
                )
            return name
        if slot == "street":
            base = draw.choice(
                [self.of(self.family), self.of(self.given), _upper(draw.choice(self.lists[bits.PLACE]))]
            )
            kind = _upper(draw.choice(STREETS))
            return draw.choice(
                [
                    f"{base} {kind}",
                    f"{base} {kind}",
                    f"Calle {base}",
                    f"Rua {base}",
                    f"Via {base}",
                    f"rue {base}",
                    f"{base}straße",
                    f"{base} {self.of(self.family)} {kind}",
                ]
            )
        if slot == "brand" or (slot == "org" and draw.random() < 0.5):
            if draw.random() < 0.4:
                return " ".join(map(_upper, draw.choice(self.pairs).split()))
            name = _upper(draw.choice(self.lists[bits.THING][60:]))
            return name + draw.choice(["", "", "", " App", " Pro", "'s" if slot == "org" else "", " Plus"])
        org = _upper(draw.choice(self.lists[bits.ORG][:100]))
        first = draw.choice(
            [self.of(self.family), _upper(draw.choice(self.lists[bits.PLACE])), self.of(self.given)]
        )
        return draw.choice(
            [
                f"{first} {org}",
                f"{first} {org}",
                f"{first} and {self.of(self.family)} {org}",
                f"{first}, {self.of(self.family)} and {self.of(self.family)}",
                f"{first}-{self.of(self.family)}",
                f"{first} & {self.of(self.family)}",
                f"the {first} {org}",
                f"{org} of {first}",
            ]
        )

    def __call__(self, template: str) -> str:
        def fill(match: re.Match[str]) -> str:
            slot = match[1]
            if slot in ("n", "g", "f", "w"):
                return self.person(slot)
            if slot in ("t", "t_fr", "t_de"):
                return self.title(slot)
            return self.role(slot) if slot.startswith("role") else self.thing(slot)

        return re.sub(r"\{(\w+)\}", fill, template).replace("\\n", "\n")


def _upper(word: str) -> str:
    return word[:1].upper() + word[1:]


def _first(text: str) -> str:
    at = 1 if text[:1] == "\1" else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def dressed(text: str, draw: random.Random) -> str:
    """The sentence in one of the ways that people write."""
    roll = draw.random()
    if roll < 0.24:
        text = text.lower()
    elif roll < 0.30:
        text = text.upper()
    elif roll < 0.38:
        text = WORDS.sub(lambda word: _upper(word[0]), text)
    elif roll < 0.46:
        text = _first(text.lower())
    elif roll < 0.80:
        text = _first(text)
    return text + draw.choice(["", "", "", ".", ".", "!", "?", " lol", "..."])


def sentences() -> Iterator[str]:
    """Every sentence to learn from; names stand between \\1 and \\2."""
    fill = Fill(7)
    draw = fill.random
    mentioned = set(lists()["mentioned"])
    plain = [text for text in examples() if not mentioned & {w.lower() for w in WORDS.findall(text)}]
    groups: dict[str, list[str]] = {}
    for line in (HERE / "lists" / "templates.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = groups.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    for group, lines in groups.items():
        for template in lines:
            for _ in range(SAMPLES * 2 if group == "not" else SAMPLES):
                text = dressed(fill(template), draw)
                roll = draw.random()
                if roll < 0.2:
                    text = draw.choice(plain) + draw.choice([" ", ". ", "\n"]) + text
                elif roll < 0.4:
                    text = text + draw.choice([" ", ". ", "\n", ", "]) + draw.choice(plain)
                elif roll < 0.46:
                    text = (
                        text
                        + draw.choice([" ", ". ", "\n"])
                        + dressed(fill(draw.choice(groups["not"])), draw)
                    )
                yield text
    for text in plain:
        yield text
        yield WORDS.sub(lambda word: _upper(word[0]), text[:80])
        if draw.random() < 0.2:
            yield text.upper()
        if draw.random() < 0.5:
            yield ". ".join(_upper(part) for part in text.split(". "))


def examples() -> list[str]:
    """The packs' examples."""
    files = sorted(PACKS.glob("*/examples/*.jsonl"))
    lines = [line for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [json.loads(line)["text"] for line in lines]


def tokens(text: str, fold: NDArray[np.uint32], slots: NDArray[np.uint32]) -> tuple[bytes, NDArray[np.int64]]:
    """The text without marks, and its words with the right answer in an own column after the others."""
    spans = []
    plain = ""
    for at, part in enumerate(re.split("[\1\2]", text)):
        if at % 2:
            spans.append((len(plain.encode()), len((plain + part).encode())))
        plain += part
    data = plain.encode()
    out = np.zeros((len(data) // 2 + 5, bits.FIELDS), np.int64)
    count, _ = walk.words(data, fold, slots, out)
    right = np.zeros((count + bits.AROUND, bits.FIELDS + 1), np.int64)
    right[:, : bits.FIELDS] = out[: count + bits.AROUND]
    for start, end in spans:
        inside = (right[:, bits.BEGIN] >= start) & (right[:, bits.END] <= end)
        right[inside, bits.FIELDS] = 1
    return data, right


@njit
def learn(data, starts, rows, firsts, order, weights, totals, bias, step):  # type: ignore[no-untyped-def]
    """One epoch over the sentences in `order`."""
    found = np.empty(bits.FEATURES, np.int64)
    wrong = 0
    for sentence in order:
        text = data[starts[sentence] : starts[sentence + 1]]
        out = rows[firsts[sentence] : firsts[sentence + 1]]
        out[:, bits.TAG] = 0
        for at in range(bits.AROUND, len(out) - bits.AROUND):
            row = out[at]
            if not kernel.could_be(row, out[at - 1][bits.TAG], out[at + 1]):
                continue
            kernel.features(text, out, at, found)
            score = bias
            for place in range(bits.FEATURES):
                score += weights[found[place]]
            right = row[bits.FIELDS]
            step += 1
            if (score if right else -score) <= MARGIN:
                wrong += (score > 0) != (right == 1)
                change = 1 if right else -1
                for place in range(bits.FEATURES):
                    weights[found[place]] += change
                    totals[found[place]] += change * step
            # Its own answer most of the time, so that it learns to live with its errors.
            row[bits.TAG] = (1 if score > 0 else 0) if step % 4 else right
    return wrong, step


def main(out: Path = HERE / "words.zst") -> None:
    """Gather, learn, write."""
    sorts = gathered()
    words = "".join(f"{word}\n" for word in sorted(sorts))
    classes = np.array([sorts[word] for word in sorted(sorts)], np.uint32)
    fold, slots = folding(), laid(words, classes)
    held = [tokens(text, fold, slots) for text in sentences()]
    data = b"".join(text for text, _ in held)
    starts = np.cumsum([0, *(len(text) for text, _ in held)])
    rows = np.concatenate([row for _, row in held])
    firsts = np.cumsum([0, *(len(row) for _, row in held)])
    weights = np.zeros(bits.WEIGHTS, np.int64)
    totals = np.zeros(bits.WEIGHTS, np.int64)
    shuffle = np.random.default_rng(5)
    step = 1
    view = np.frombuffer(data, np.uint8)
    for epoch in range(EPOCHS):
        order = shuffle.permutation(len(held))
        wrong, step = learn(view, starts, rows, firsts, order, weights, totals, 0, step)
        print(f"epoch {epoch}: {wrong:,} wrong of {len(held):,} sentences")  # noqa: T201 - a build script
    average = weights - totals / step
    # Their sum must not change its sign by rounding; 16 bits are plenty.
    scaled = np.clip(np.round(average * (8_000 / np.abs(average).max())), -32_000, 32_000).astype(np.int16)
    stored = Stored(words, classes.tobytes(), scaled.tobytes(), LEAN)
    out.write_bytes(zstd.compress(msgspec.msgpack.encode(stored), 19))
    print(f"{len(sorts):,} words, {out.stat().st_size:,} bytes")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
