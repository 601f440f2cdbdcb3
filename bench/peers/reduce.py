#!/usr/bin/env python3
"""sum(sqrt(x) + x^2) by NumPy: median seconds in memory, and once over a mapped file, as one JSON line.

    python3 bench/peers/reduce.py COUNT FILE.npy
"""

import json
import statistics
import sys
import time

import numpy as np


def timed(act, runs):
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


count, path = int(sys.argv[1]), sys.argv[2]
memory = np.fmod(np.arange(count) * 0.6180339887498949, 1.0)
mapped = np.load(path, mmap_mode="r").reshape(-1)
CHUNK = 1 << 16


def chunked():
    """In pieces that stay in cache, as somebody would who has been told."""
    return sum(float(np.sum(np.sqrt(part) + part**2)) for part in np.split(mapped, range(CHUNK, len(mapped), CHUNK)))


np.sum(np.sqrt(memory) + memory**2)
print(json.dumps({
    "numpy": np.__version__,
    "memory": timed(lambda: np.sum(np.sqrt(memory) + memory**2), 15),
    "mapped": timed(lambda: np.sum(np.sqrt(mapped) + mapped**2), 1),
    "chunked": timed(chunked, 1),
}))
