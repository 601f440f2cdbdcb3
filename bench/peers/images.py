#!/usr/bin/env python3
"""Image files the way Pillow reads them, one thread.

Reads jobs from standard input, one JSON object a line, and answers each with a list of seconds, or [] when it was only to write:

  write     fills the folder: four images of 2048 x 2048, and `count` small ones of each kind
  decode    the file, from memory to an array in NumPy
  headers   width, height and mode of every file in a folder
  sum       the sum of a folder of images as grey, pixel by pixel
"""

import glob
import io
import json
import os
import sys
from time import perf_counter

import numpy as np
from PIL import Image


def scene(height, width, samples):
    """Slopes, edges and a little noise, as photographs have them."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:height, :width]
    base = 96 + 60 * np.sin(x / 37) * np.cos(y / 53) + 40 * ((x // 128 + y // 96) % 2)
    base = base[..., None] * np.linspace(1, 0.7, samples)
    return np.clip(base + rng.normal(0, 3, base.shape), 0, 255)


def write(job):
    folder = job["folder"]
    colours = scene(2048, 2048, 3)
    grey = colours[..., 0]
    Image.fromarray(grey.astype("u1")).save(f"{folder}/grey8.png")
    Image.fromarray((grey * 257).astype("u2")).save(f"{folder}/grey16.png")
    Image.fromarray(colours.astype("u1")).save(f"{folder}/rgb8.png")
    Image.fromarray(colours.astype("u1")).save(f"{folder}/rgb8.jpg", quality=90)
    small = Image.fromarray(scene(375, 500, 3).astype("u1"))
    for kind, options in (("png", {}), ("jpg", {"quality": 90})):
        os.makedirs(f"{folder}/{kind}")
        for i in range(job["count"]):
            small.save(f"{folder}/{kind}/{i:05}.{kind}", **options) if i == 0 else os.link(
                f"{folder}/{kind}/00000.{kind}", f"{folder}/{kind}/{i:05}.{kind}"
            )


def decode(job):
    with open(job["file"], "rb") as file:
        data = file.read()
    return lambda: np.asarray(Image.open(io.BytesIO(data)))


def headers(job):
    return lambda: [(one.size, one.mode) for one in map(Image.open, sorted(glob.glob(job["folder"] + "/*")))]


def total(job):
    def work():
        sums = 0
        for path in sorted(glob.glob(job["folder"] + "/*")):
            sums = sums + np.asarray(Image.open(path).convert("L")).astype("f8")
        return sums

    return work


WAYS = {"decode": decode, "headers": headers, "sum": total}

for line in sys.stdin:
    job = json.loads(line)
    seconds = []
    if job["way"] == "write":
        write(job)
    else:
        work = WAYS[job["way"]](job)
        for _ in range(job.get("rounds", 1)):
            began = perf_counter()
            work()
            seconds.append(perf_counter() - began)
    print(json.dumps(seconds), flush=True)
