#!/usr/bin/env python3
"""Matrix products by NumPy: one JSON line with the median seconds of each size and dtype.

    OPENBLAS_NUM_THREADS=1 python3 bench/peers/matmul.py 512 1024
"""

import json
import statistics
import sys
import time

import numpy as np

results = {}
for size in map(int, sys.argv[1:]):
    for dtype in ("float32", "float64"):
        rng = np.random.default_rng(1)
        a, b = (rng.random((size, size)).astype(dtype) for _ in range(2))
        product = a @ b
        seconds = []
        for _ in range(7):
            started = time.perf_counter()
            np.matmul(a, b, out=product)
            seconds.append(time.perf_counter() - started)
        results[f"{size} {dtype}"] = statistics.median(seconds)
print(json.dumps({"numpy": np.__version__, "seconds": results}))
