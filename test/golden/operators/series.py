"""Images and features of time series, by NumPy and SciPy: /usr/bin/python3 test/golden/operators/series.py > test/golden/operators/series.json"""

import json

import numpy as np
from scipy import stats


def frames(count, channels, length):
    """Series with ties, exact in binary: the formula of the tests over 64, less 2."""
    i = np.arange(count * channels * length, dtype=np.int64)
    return ((i * i * 7919 + i * 104729) % 251 / 64 - 2).reshape(count, channels, length)


def walk(length):
    """A smooth series, exact in binary."""
    i = np.arange(length, dtype=np.int64)
    return np.cumsum((i * i * 7919 + i * 104729) % 251 - 125) / 128


def mtf(v, bins, rule, size, overlapping=False):
    if rule == "quantile":
        edges = np.percentile(v, np.linspace(0, 100, bins + 1)[1:-1])
    elif rule == "uniform":
        edges = np.linspace(v.min(), v.max(), bins + 1)[1:-1]
    else:
        edges = stats.norm.ppf(np.linspace(0, 1, bins + 1)[1:-1])
    b = np.searchsorted(edges, v, side="left")
    w = np.zeros((bins, bins))
    np.add.at(w, (b[:-1], b[1:]), 1)
    total = w.sum(axis=1, keepdims=True)
    w /= np.where(total == 0, 1, total)
    field = w[b[:, None], b[None, :]]
    e = np.linspace(0, len(v), size + 1).astype(int)
    pieces = [slice(e[k], e[k + 1]) for k in range(size)]
    if overlapping:
        width = -(-len(v) // size)
        back = np.linspace(0, size * width - len(v), size).astype(int)
        pieces = [slice(k * width - back[k], (k + 1) * width - back[k]) for k in range(size)]
    small = [[field[rows, columns].mean() for columns in pieces] for rows in pieces]
    values = {"bins": bins, "rule": rule, "size": size, "overlapping": overlapping}
    return {"length": len(v), "values": values, "transitions": w.ravel().tolist(), "field": np.ravel(small).tolist()}


def recurrence(frame, dimension=1, delay=1, threshold="none", percentage=10, joint=False):
    plots = []
    for v in frame:
        n = len(v) - (dimension - 1) * delay
        t = np.stack([v[k * delay:k * delay + n] for k in range(dimension)], axis=1)
        d = np.sqrt(((t[:, None] - t[None]) ** 2).sum(axis=2))
        if threshold == "point":
            d = d < np.percentile(d, percentage)
        elif threshold == "distance":
            d = d < percentage / 100 * d.max()
        elif threshold != "none":
            d = d < float(threshold)
        plots.append(d.astype(float))
    values = {"dimension": dimension, "delay": delay, "threshold": threshold, "percentage": percentage, "joint": joint}
    plot = np.prod(plots, axis=0) if joint else np.array(plots)
    return {"values": values, "plot": plot.ravel().tolist()}


def features(v):
    steps = np.diff(v)
    return {
        "mean": v.mean(), "std": v.std(), "min": v.min(), "max": v.max(), "median": np.median(v),
        "q5": np.quantile(v, 0.05), "q25": np.quantile(v, 0.25), "q75": np.quantile(v, 0.75), "q97.5": np.quantile(v, 0.975),
        "iqr": stats.iqr(v), "skewness": stats.skew(v), "kurtosis": stats.kurtosis(v), "cv": stats.variation(v),
        "mad": stats.median_abs_deviation(v), "diff_mean": steps.mean(), "diff_std": steps.std(), "range": np.ptp(v),
    }


def pairs(frame):
    r = np.corrcoef(frame)
    return r[np.triu_indices(len(frame), 1)].tolist()


small = frames(1, 3, 13)[0]
described = frames(2, 4, 41)
scaled = frames(6, 2, 9)
fit = scaled[1:4]
axis = (0, 2)
low, high, mean, std = fit.min(axis), fit.max(axis), fit.mean(axis), fit.std(axis)
column = lambda a: a[None, :, None]
print(json.dumps({
    "normal": [[k / n, stats.norm.ppf(k / n)] for n in (2, 3, 5, 40, 1000) for k in range(1, n, max(1, n // 20))],
    "mtf": [
        mtf(walk(30), 5, "quantile", 30), mtf(walk(30), 4, "quantile", 22), mtf(walk(31) / 4, 6, "uniform", 7),
        mtf(walk(31) / 4, 6, "normal", 31), mtf(frames(1, 1, 33)[0, 0], 8, "quantile", 5), mtf(np.round(walk(25)), 7, "quantile", 25),
        mtf(walk(30), 5, "quantile", 7, True),
    ],
    "recurrence": [
        recurrence(small), recurrence(small, 3, 2), recurrence(small, threshold="point"), recurrence(small, 2, 3, "point", 37.5),
        recurrence(small, threshold="distance", percentage=25), recurrence(small, 4, 1, "distance", 60, True),
        recurrence(small, threshold="0.75"), recurrence(small, 2, 1, joint=True), recurrence(small, threshold="point", percentage=100),
        recurrence(small, threshold="point", percentage=0),
    ],
    "features": [[features(v) for v in frame] for frame in described],
    "correlations": [pairs(frame) for frame in described],
    "scale": {
        "low": low.tolist(), "high": high.tolist(), "mean": mean.tolist(), "std": std.tolist(),
        "minmax": ((scaled - column(low)) / column(high - low) * 3 - 1).ravel().tolist(),
        "zscore": ((scaled - column(mean)) / column(std)).ravel().tolist(),
    },
}, indent=None))
