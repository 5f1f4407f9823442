"""A process that makes and drops large arrays in threads keeps none of the room they had."""

import subprocess
import sys

import pytest

WORK = """
import threading
import numpy as np
from pathlib import Path
from earnest.flow import room

told = room.give_back()

def own():
    return int(Path("/proc/self/status").read_text().partition("RssAnon:")[2].split()[0]) / 1_000

def work():
    small = []
    for step in range(40):
        large = np.ones(step % 10 + 2 << 17)  # 2 to 11 MB: dropped, but for what is made beside it
        small.append(np.ones(1_000))
    kept.append(small)

kept = []
before = own()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(told, own() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only the C library of Linux is told")
def test_large_arrays_that_were_dropped_are_given_back() -> None:
    ran = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True, timeout=60)
    told, more = ran.stdout.split()
    if told == "False":
        pytest.skip("this C library cannot be told to give memory back")
    assert float(more) < 12
