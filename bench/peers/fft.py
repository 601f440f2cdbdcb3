#!/usr/bin/env python3
"""Fourier transforms and correlations of images the way Python programs have them, one thread.

Reads jobs from standard input, one JSON object a line: {"way", "shape", "dtype", "template", "rounds"}, and answers each with a list of
seconds for all frames. Frames hold (i * 7919) % 251, templates (i * 104729) % 17. The ways:

  scipy, numpy    fft2 of real frames, complex spectra out
  power           the same by SciPy, then the squares of absolute values
  correlate       scipy.signal.correlate, same, by what it thinks is faster
  ndimage         scipy.ndimage.correlate with a border of zeros
"""

import json
import os
import sys
from time import perf_counter

for name in ("OMP", "OPENBLAS", "MKL", "BLIS"):
    os.environ[f"{name}_NUM_THREADS"] = "1"

import numpy as np
import scipy.fft
from scipy import ndimage, signal


def power(x, _):
    z = scipy.fft.fft2(x)
    return z.real**2 + z.imag**2


WAYS = {
    "scipy": lambda x, _: scipy.fft.fft2(x),
    "numpy": lambda x, _: np.fft.fft2(x),
    "power": power,
    "correlate": lambda x, t: signal.correlate(x, t, "same"),
    "ndimage": lambda x, t: ndimage.correlate(x, t, mode="constant"),
}


def numbers(shape, dtype, factor, modulus):
    return ((np.arange(np.prod(shape), dtype=np.int64) * factor) % modulus).astype(dtype).reshape(shape)


for line in sys.stdin:
    job = json.loads(line)
    frames = numbers(job["shape"], job["dtype"], 7919, 251)
    template = numbers([job["template"]] * 2, job["dtype"], 104729, 17)
    seconds = []
    for _ in range(job["rounds"]):
        began = perf_counter()
        for frame in frames:
            WAYS[job["way"]](frame, template)
        seconds.append(perf_counter() - began)
    print(json.dumps(seconds), flush=True)
