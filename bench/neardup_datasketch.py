"""datasketch finds near-duplicates among sets of hashed shingles that come in as JSON; `bench_neardup.py`
asks. Runs in a venv of its own with datasketch.
"""

import json
import sys
import time
from importlib.metadata import version

from datasketch import MinHash, MinHashLSH


def main() -> None:
    """Read sets; write the seconds of CPU and the pairs that were confirmed."""
    asked = json.load(sys.stdin)
    sets = [[str(shingle).encode() for shingle in one] for one in asked["sets"]]
    begun = time.process_time()
    index = MinHashLSH(threshold=asked["alike"], num_perm=128)
    pairs = 0
    for at, one in enumerate(sets):
        sketch = MinHash(num_perm=128)
        sketch.update_batch(one)
        own = set(one)
        for other in index.query(sketch):
            both = len(own & set(sets[other]))
            pairs += both >= asked["alike"] * (len(own) + len(sets[other]) - both)
        index.insert(at, sketch)
    seconds = time.process_time() - begun
    json.dump({"version": version("datasketch"), "seconds": seconds, "pairs": pairs}, sys.stdout)


if __name__ == "__main__":
    main()
