"""Names for rows that have none.

A row's name is the hash of what it says and how often the same was said before it in the file, so that two
people who both wrote "ok" stay two posts, and the same file (or the same file with rows added at its end)
gives the same names again.
"""

import hashlib

_BITS = 1 << 28


class Occurrences:
    """Counts repeats in 32 MB however long the file is.

    A Bloom filter answers "surely new" for almost every row; only what it may have seen is counted exactly.
    Its rare mistakes (one in a million at a million rows) number a new row 1, the same each time.
    """

    def __init__(self) -> None:
        self._seen = bytearray(_BITS // 8)
        self._again: dict[bytes, int] = {}

    def name(self, said: str) -> str:
        """The name of the next row that says this."""
        digest = hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).digest()
        seen = self._seen
        number = int.from_bytes(digest, "big")
        a, b, c = number & (_BITS - 1), (number >> 32) & (_BITS - 1), (number >> 64) & (_BITS - 1)
        new = False
        for bit in (a, b, c):
            mask = 1 << (bit & 7)
            if not seen[bit >> 3] & mask:
                new = True
                seen[bit >> 3] |= mask
        if new:
            return digest.hex()
        times = self._again.get(digest, 0) + 1
        self._again[digest] = times
        return f"{digest.hex()}.{times}"
