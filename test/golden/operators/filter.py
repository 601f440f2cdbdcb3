"""Filtered images by NumPy and SciPy, for the tests of `filter`.

    python3 test/golden/operators/filter.py > test/golden/operators/filter.json

Frames hold (i * i * 7919 + i * 104729) % 251 for i = 0, 1, ..., in float64.
"""
import json

import numpy as np
from scipy import ndimage

MODES = {"reflect": "reflect", "mirror": "mirror", "nearest": "nearest", "wrap": "wrap", "zero": "constant"}


def frame(shape):
    i = np.arange(np.prod(shape), dtype=np.int64)
    return ((i * i * 7919 + i * 104729) % 251).astype(np.float64).reshape(shape)


def windows(x, rows, columns, rule):
    """The window of every pixel, by numpy.pad: an independent way to the borders that NumPy has."""
    mode = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap", "zero": "constant"}[rule]
    before = rows // 2, columns // 2
    padded = np.pad(x, [(before[0], rows - 1 - before[0]), (before[1], columns - 1 - before[1])], mode=mode)
    return np.lib.stride_tricks.sliding_window_view(padded, (rows, columns))


def zero_border(result, rows, columns):
    inside = np.zeros_like(result)
    top, left = rows // 2, columns // 2
    ys = slice(top, result.shape[0] - (rows - 1 - top))
    xs = slice(left, result.shape[1] - (columns - 1 - left))
    inside[ys, xs] = result[ys, xs]
    return inside


def by_rule(make, rows, columns, rule):
    return zero_border(make("constant"), rows, columns) if rule == "zero-border" else make(MODES[rule])


cases = []


def case(shape, values, result):
    cases.append({"frame": shape, "values": values, "filtered": [float(v) for v in result.ravel()]})


SHAPE = (7, 9)
X = frame(SHAPE)
RULES = [*MODES, "zero-border"]
KERNEL = np.array([[0.5, -1, 2, 0], [0, 3, 0.25, 1], [-2, 0, 0, 4]])

for rule in RULES:
    case(SHAPE, {"border": rule}, by_rule(lambda m: ndimage.uniform_filter(X, 3, mode=m), 3, 3, rule))
    case(
        SHAPE,
        {"kind": "median", "size": [3, 3], "border": rule},
        by_rule(lambda m: ndimage.median_filter(X, 3, mode=m), 3, 3, rule),
    )
    case(
        SHAPE,
        {"weights": [{"shape": KERNEL.shape, "data": KERNEL.ravel().tolist()}], "border": rule},
        by_rule(lambda m: ndimage.correlate(X, KERNEL, mode=m), 3, 4, rule),
    )
    case(
        SHAPE,
        {"kind": "gaussian", "sigma": [0.6], "border": rule},
        by_rule(lambda m: ndimage.gaussian_filter(X, 0.6, mode=m), 5, 5, rule),
    )

case(SHAPE, {"size": [4]}, ndimage.uniform_filter(X, 4))
case(SHAPE, {"size": [2, 5], "border": "mirror"}, ndimage.uniform_filter(X, (2, 5), mode="mirror"))
case(SHAPE, {"kind": "gaussian", "sigma": [1.5, 0.7], "truncate": 2}, ndimage.gaussian_filter(X, (1.5, 0.7), truncate=2))
case(SHAPE, {"kind": "gaussian", "sigma": [0, 1]}, ndimage.gaussian_filter(X, (0, 1)))
case(SHAPE, {"kind": "median", "size": [5]}, ndimage.median_filter(X, 5))
case(SHAPE, {"kind": "median", "size": [2, 4]}, ndimage.median_filter(X, (2, 4)))
case(SHAPE, {"kind": "median", "size": [7, 3], "border": "mirror"}, ndimage.median_filter(X, (7, 3), mode="mirror"))
for axis, name in enumerate("yx"):
    case(SHAPE, {"kind": f"sobel-{name}"}, ndimage.sobel(X, axis))
    case(SHAPE, {"kind": f"sobel-{name}", "border": "mirror"}, ndimage.sobel(X, axis, mode="mirror"))
case(SHAPE, {"kind": "sobel"}, np.hypot(ndimage.sobel(X, 0), ndimage.sobel(X, 1)))
case(
    SHAPE,
    {"kind": "sobel", "border": "zero-border"},
    zero_border(np.hypot(ndimage.sobel(X, 0), ndimage.sobel(X, 1)), 3, 3),
)

# Windows larger than the frame, whose borders repeat it.
SMALL = (3, 4)
Y = frame(SMALL)
for rule in ["reflect", "mirror", "nearest", "wrap", "zero"]:
    near = windows(Y, 9, 11, rule)
    case(SMALL, {"size": [9, 11], "border": rule}, near.mean(axis=(2, 3)))
    case(SMALL, {"kind": "median", "size": [9, 11], "border": rule}, np.median(near, axis=(2, 3)))

print(json.dumps({"cases": cases}))
