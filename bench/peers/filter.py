#!/usr/bin/env python3
"""Filters of images the way Python programs have them, one thread.

Reads jobs from standard input, one JSON object a line: {"way", "shape", "dtype", "rounds", ...}, and answers each with a list of
seconds. Frames hold (i * 7919) % 251. The ways:

  loop      the plain double loop over pixels of a 3 x 3 mean, in Python
  slices    the 3 x 3 mean as nine shifted slices of one frame, added up and divided (inside only)
  uniform, gaussian, median, sobel, correlate
            scipy.ndimage, frame by frame into an array that is there
"""

import json
import os
import sys
from time import perf_counter

for name in ("OMP", "OPENBLAS", "MKL", "BLIS"):
    os.environ[f"{name}_NUM_THREADS"] = "1"

import numpy as np
from scipy import ndimage


def loop(x, out, job):
    height, width = x.shape
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            total = 0.0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    total += x[i + di, j + dj]
            out[i, j] = total / 9


def slices(x, out, job):
    height, width = x.shape
    total = np.zeros((height - 2, width - 2), x.dtype)
    for di in range(3):
        for dj in range(3):
            total += x[di : di + height - 2, dj : dj + width - 2]
    np.divide(total, 9, out=out[1:-1, 1:-1])


WAYS = {
    "loop": loop,
    "slices": slices,
    "uniform": lambda x, out, job: ndimage.uniform_filter(x, job["size"], output=out),
    "gaussian": lambda x, out, job: ndimage.gaussian_filter(x, job["sigma"], output=out),
    "median": lambda x, out, job: ndimage.median_filter(x, job["size"], output=out),
    "sobel": lambda x, out, job: np.hypot(ndimage.sobel(x, 0, out.dtype), ndimage.sobel(x, 1, out.dtype), out=out),
    "correlate": lambda x, out, job: ndimage.correlate(x, np.reshape(job["weights"], (job["size"], -1)), output=out),
}

for line in sys.stdin:
    job = json.loads(line)
    shape = job["shape"]
    x = ((np.arange(np.prod(shape), dtype=np.int64) * 7919) % 251).astype(job["dtype"]).reshape(shape)
    out = np.zeros(shape, "float64" if job["dtype"] == "float64" else "float32")
    seconds = []
    for _ in range(job["rounds"]):
        began = perf_counter()
        for frame, result in zip(x, out):
            WAYS[job["way"]](frame, result, job)
        seconds.append(perf_counter() - began)
    print(json.dumps(seconds), flush=True)
