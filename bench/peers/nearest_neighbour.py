#!/usr/bin/env python3
"""Accuracy of naming the class of the nearest training series: what a network on images of the series has to beat.

Distances between a test and a training sample, on the series as they are in the files:

  euclidean     root of the sum of squared differences, over all sensors
  dtw           dynamic time warping of squared differences without a window; of several sensors the sum of their own
                warpings (`independent`), and one warping for all of them together (`dependent`)

Reads .ts files of equal lengths, and prints one JSON line. Needs numpy:

    python3 bench/peers/nearest_neighbour.py GunPoint_TRAIN.ts GunPoint_TEST.ts
"""

import argparse
import json

import numpy as np


def read(path):
    """Series (samples, sensors, points) and class names."""
    series, names = [], []
    with open(path) as lines:
        for line in lines:
            if not line.strip() or line[0] in "#@":
                continue
            *sensors, name = line.strip().split(":")
            series.append([[float(value) for value in sensor.split(",")] for sensor in sensors])
            names.append(name)
    return np.array(series), np.array(names)


def warped(cost):
    """Least total cost of a warping path through matrices (pairs, points, points)."""
    pairs, rows, columns = cost.shape
    before = np.full((pairs, columns + 1), np.inf)
    before[:, 0] = 0
    for row in range(rows):
        now = np.full((pairs, columns + 1), np.inf)
        least = np.minimum(before[:, :-1], before[:, 1:])
        for column in range(columns):
            now[:, column + 1] = cost[:, row, column] + np.minimum(least[:, column], now[:, column])
        before = now
    return before[:, -1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("test")
    args = parser.parse_args()
    (train, known), (test, truth) = read(args.train), read(args.test)
    right = {"euclidean": 0, "dtw_independent": 0, "dtw_dependent": 0}
    for sample, name in zip(test, truth):
        cost = (train[:, :, None, :] - sample[None, :, :, None]) ** 2
        distances = {
            "euclidean": ((train - sample) ** 2).sum((1, 2)),
            "dtw_independent": sum(warped(cost[:, sensor]) for sensor in range(cost.shape[1])),
            "dtw_dependent": warped(cost.sum(1)),
        }
        for kind, distance in distances.items():
            right[kind] += known[distance.argmin()] == name
    print(json.dumps({"train": len(train), "test": len(test)} | {k: float(v / len(test)) for k, v in right.items()}))


if __name__ == "__main__":
    main()
