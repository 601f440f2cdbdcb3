"""Reference results of mask, com and the statistics, by NumPy: python3 test/golden/operators/results.py > test/golden/operators/results.json"""

import json

import numpy as np

SCAN, FRAME = (2, 3), (24, 31)
KY, KX = FRAME

i = np.arange(np.prod(SCAN) * KY * KX, dtype=np.int64)
stack = ((i * i * 7919 + i * 104729) % 251).astype(np.uint16).reshape(SCAN + FRAME)
y, x = np.mgrid[0:KY, 0:KX].astype(float)


def distance(cy, cx):
    return np.hypot(y - cy, x - cx)


def convex(corners):
    """Inside of a convex polygon: on one side of every edge."""
    sides = []
    for (ay, ax), (by, bx) in zip(corners, corners[1:] + corners[:1]):
        sides.append((bx - ax) * (y - ay) - (by - ay) * (x - ax))
    sides = np.array(sides)
    return (sides > 0).all(axis=0) | (sides < 0).all(axis=0)


middle = distance(11.5, 15)
angle = np.degrees(np.arctan2(y - 11.5, x - 15)) % 360
# 5 px around (10, 12) has pixels exactly on its edge: (3, 4, 5) triangles.
off = distance(10, 12)
cases = [
    ({"detector": "point", "centre": [3.2, 7.6]}, (y == 3) & (x == 8)),
    ({"detector": "disk", "outer": 6}, middle <= 6),
    ({"detector": "disk", "outer": 5, "centre": [10, 12]}, off <= 5),
    ({"detector": "disk", "outer": 5, "centre": [10, 12], "edges": "strict"}, off < 5),
    ({"detector": "annulus", "inner": 5, "outer": 10, "centre": [10, 12]}, (off >= 5) & (off <= 10)),
    ({"detector": "annulus", "inner": 5, "outer": 10, "centre": [10, 12], "edges": "strict"}, (off > 5) & (off < 10)),
    ({"detector": "sector", "outer": 9.3, "inner": 2, "angles": [20, 100]},
     (middle >= 2) & (middle <= 9.3) & (angle >= 20) & (angle <= 100)),
    ({"detector": "sector", "outer": 9.3, "angles": [300, 40]}, (middle <= 9.3) & ((angle >= 300) | (angle <= 40))),
    ({"detector": "rectangle", "size": [8, 5], "centre": [10, 12.5]}, (abs(y - 10) <= 4) & (abs(x - 12.5) <= 2.5)),
    ({"detector": "rectangle", "size": [8, 5], "centre": [10, 12.5], "edges": "strict"}, (abs(y - 10) < 4) & (abs(x - 12.5) < 2.5)),
    ({"detector": "polygon", "points": [2.3, 4.1, 5.2, 25.7, 21.6, 18.4, 15.9, 3.3]},
     convex([(2.3, 4.1), (5.2, 25.7), (21.6, 18.4), (15.9, 3.3)])),
    ({"preset": "bf", "disk": 4}, middle <= 4),
    ({"preset": "abf", "disk": 4}, (middle >= 2) & (middle <= 4)),
    ({"preset": "adf", "disk": 4}, (middle >= 4) & (middle <= 8)),
    ({"preset": "haadf", "disk": 4}, middle >= 8),
]
masks = [{"values": v, "pixels": int(m.sum()), "image": np.einsum("abyx,yx->ab", stack.astype(np.int64), m.astype(np.int64)).ravel().tolist()} for v, m in cases]


def com(inside, reference, rotation=0.0, flip=False):
    weighted = stack * inside
    total = weighted.sum(axis=(2, 3), dtype=float)
    sy = (weighted * y).sum(axis=(2, 3)) / total - reference[0]
    sx = (weighted * x).sum(axis=(2, 3)) / total - reference[1]
    if flip:
        sy = -sy
    t = np.radians(rotation)
    return np.stack([np.cos(t) * sy + np.sin(t) * sx, -np.sin(t) * sy + np.cos(t) * sx], axis=-1)


everything = np.ones(FRAME)
fields = [
    ({}, com(everything, (11.5, 15))),
    ({"radius": 7}, com(middle <= 7, (11.5, 15))),
    ({"radius": 5, "centre": [10, 12], "edges": "strict"}, com(off < 5, (11.5, 15))),
    ({"reference": [10, 12], "rotation": 30}, com(everything, (10, 12), 30)),
    ({"rotation": -75, "flip": True}, com(everything, (11.5, 15), -75, True)),
]
mean_free = com(everything, (11.5, 15))
fields.append(({"subtract": "mean"}, mean_free - mean_free.mean(axis=(0, 1))))
basis = np.array([[1, a, b] for a in range(SCAN[0]) for b in range(SCAN[1])], dtype=float)
flat = mean_free.reshape(-1, 2)
plane = flat - basis @ np.linalg.lstsq(basis, flat, rcond=None)[0]
fields.append(({"subtract": "plane"}, plane))

frames = stack.reshape((-1,) + FRAME).astype(float)
json.dump(
    {
        "command": "python3 test/golden/operators/results.py > test/golden/operators/results.json",
        "numpy": np.__version__,
        "scan": SCAN,
        "frame": FRAME,
        "masks": masks,
        "fields": [{"values": v, "field": np.round(f, 13).ravel().tolist()} for v, f in fields],
        "statistics": {name: np.round(getattr(frames, name)(axis=0), 12).ravel().tolist() for name in ["sum", "mean", "max", "min", "std"]},
    },
    __import__("sys").stdout,
)
