"""Products, reductions and conversions by NumPy: /usr/bin/python3 test/golden/operators/algebra.py > test/golden/operators/algebra.json"""

import json
import math

import numpy as np


def ints(count, first=0):
    """Whole numbers from 0 to 250: the formula of the tests."""
    i = np.arange(first, first + count, dtype=np.int64)
    return (i * i * 7919 + i * 104729) % 251


def fractions(count, first=0):
    """Numbers from 0 to 1 with all 53 bits: multiples of the golden ratio."""
    return np.fmod(np.arange(first, first + count) * 0.6180339887498949, 1.0)


K, N = 600, 11
exact_a, exact_b = ints(6 * K).reshape(6, K) / 64 - 2, ints(K * N, 5000).reshape(K, N) / 64 - 2
rough_a, rough_b = fractions(6 * K).reshape(6, K) - 0.4, fractions(K * N, 9000).reshape(K, N) - 0.3

X = ints(3 * 63).astype(float).reshape(3, 7, 9)
EXPRESSIONS = {
    "x": X,
    "sqrt(x) + x^2": np.sqrt(X) + X**2,
    "exp(-x / 50) * cos(x)": np.exp(-X / 50) * np.cos(X),
    "where(x > 100, log(x), -1)": np.where(X > 100, np.log(np.maximum(X, 1)), -1),
    "round(x / 2) - floor(x / 3) + ceil(x / 7)": np.rint(X / 2) - np.floor(X / 3) + np.ceil(X / 7),
    "pow(abs(x - 20), 1.5)": np.abs(X - 20) ** 1.5,
    "min(x, 100) * max(3, x) - -x": np.minimum(X, 100) * np.maximum(3, X) + X,
    "2^-x^0.5": 2 ** -(X**0.5),
    "-x^2": -(X**2),
    "(x+1)**-3*1e4": (X + 1) ** -3 * 1e4,
    "x^7/3^9": X**7 / 3**9,
    "sign(x - 125)": np.sign(X - 125),
    "log2(x + 1) + log10(x + 1)": np.log2(X + 1) + np.log10(X + 1),
    "tan(x / 100) + sin(x)": np.tan(X / 100) + np.sin(X),
    "1 - 2 - 3 + x": 1.0 - 2 - 3 + X,
    "2^3^2 + 0 * x": 512 + 0 * X,
    "8 / 4 / 2 * x": X,
    "(x != 3) + (x <= 10) * 2 + (x >= 200) + (x < 7) + (x == 100) / 4":
        1.0 * (X != 3) + (X <= 10) * 2 + (X >= 200) + (X < 7) + (X == 100) / 4,
    ".5 + 1E-3*x + pi*e": 0.5 + 1e-3 * X + np.pi * np.e,
    "7": 7 + 0 * X,
}

spread = fractions(3 * 40).reshape(3, 40) * np.array([[1.0], [100.0], [10000.0]]) - 0.25


def scaled(values, low, high, a, b):
    scale = (b - a) / (high - low)
    return values * scale + (a - low * scale)


def whole(values, dtype):
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype).ravel().tolist()


long = fractions(200_000) * 1e8 - 3e7

print(json.dumps({
    "matmul": {
        "exact": (exact_a @ exact_b).ravel().tolist(),
        "vector": (exact_a @ exact_b[:, 3]).tolist(),
        "rough": (rough_a @ rough_b).ravel().tolist(),
        "magnitudes": (np.abs(rough_a) @ np.abs(rough_b)).ravel().tolist(),
    },
    "reduce": {
        expression: {
            "sum": math.fsum(values.ravel()),
            "mean": math.fsum(values.ravel()) / values.size,
            "min": values.min(),
            "max": values.max(),
            "pixels": [math.fsum(frame.ravel()) for frame in values],
        } for expression, values in EXPRESSIONS.items()
    },
    "frames": {
        "sum": (np.sqrt(X) + X**2).sum(axis=0).ravel().tolist(),
        "mean": (np.sqrt(X) + X**2).mean(axis=0).ravel().tolist(),
        "min": (np.sqrt(X) + X**2).min(axis=0).ravel().tolist(),
        "max": (np.sqrt(X) + X**2).max(axis=0).ravel().tolist(),
    },
    "long": math.fsum(np.sqrt(np.abs(long)) * long),
    "longMagnitude": math.fsum(np.abs(np.sqrt(np.abs(long)) * long)),
    "astype": {
        "frame": [whole(scaled(frame, frame.min(), frame.max(), 0, 255), np.uint8) for frame in spread],
        "stack": whole(scaled(spread, spread.min(), spread.max(), 0, 65535), np.uint16),
        "given": whole(scaled(spread, 0, 10, -100, 100), np.int8),
    },
}))
