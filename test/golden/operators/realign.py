"""Motion of small series by an independent program, the algorithm of SPM12 in numba with a constant place in its sampling cells.

From the root of the project, with that program (realign_numba_mpi.py):

    python3 test/golden/operators/realign.py PROGRAM > test/golden/operators/realign.json

The series are formulas, so that a test makes the same ones; the sum of their voxels says whether it did.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy as np

DEGREE = np.pi / 180
BLOBS = [
    (0, 0, 0, 14, 800),
    (12, -8, 5, 6, 500),
    (-14, 6, -7, 5, 700),
    (3, 16, 8, 7, -300),
    (-6, -15, -4, 6, 400),
    (10, 9, -9, 5, 600),
]
STRAIGHT = [[3, 0, 0, -31.5], [0, 3, 0, -34.5], [0, 0, 3, -28.5]]
OBLIQUE = [[-2.3, 0.4, 0.6, 41], [0.5, 2.6, -1.1, -52], [0.3, 0.7, 4.2, 17]]
FLAT = [[2, 0, 0, -35], [0, 2.5, 0, -48], [0, 0, 4, 12]]
MOVES = [
    [0, 0, 0, 0, 0, 0],
    [0.4, -0.3, 0.6, 0.5 * DEGREE, -0.4 * DEGREE, 0.3 * DEGREE],
    [-1.5, 2, 1, 2 * DEGREE, 1 * DEGREE, -3 * DEGREE],
    [0.02, 0, -0.01, 0, 0, 0.05 * DEGREE],
    [3, -2, -2.5, -4 * DEGREE, 3 * DEGREE, 5 * DEGREE],
]
TURNS = [[0, 0, 0, 0, 0, 0], [0.7, -1.2, 0, 0, 0, 2 * DEGREE], [-2, 0.6, 0, 0, 0, -4 * DEGREE], [0.1, 0, 0, 0, 0, 0]]
CASES = [
    ("two frames", [22, 24, 20], STRAIGHT, MOVES[1:3], ["--rtm", "0"]),
    ("first", [22, 24, 20], STRAIGHT, MOVES, ["--rtm", "0"]),
    ("mean", [22, 24, 20], STRAIGHT, MOVES, []),
    ("oblique, first", [28, 26, 14], OBLIQUE, MOVES, ["--rtm", "0"]),
    ("oblique, mean", [28, 26, 14], OBLIQUE, MOVES, []),
    ("wider and farther", [22, 24, 20], STRAIGHT, MOVES, ["--fwhm", "8", "--sep", "3", "--quality", "0.7"]),
    ("slice, first", [36, 40, 1], FLAT, TURNS, ["--rtm", "0"]),
    ("slice, mean", [36, 40, 1], FLAT, TURNS, []),
    ("two slices, mean", [36, 40, 2], FLAT, TURNS, []),
]


def correction(six):
    """Tr(x, y, z) Rx Ry Rz as SPM has it."""
    x, y, z, *angles = six
    (ca, cb, cc), (sa, sb, sc) = np.cos(angles), np.sin(angles)
    turn = (
        np.array([[1, 0, 0], [0, ca, sa], [0, -sa, ca]])
        @ np.array([[cb, 0, sb], [0, 1, 0], [-sb, 0, cb]])
        @ np.array([[cc, sc, 0], [-sc, cc, 0], [0, 0, 1]])
    )
    return turn, np.array([x, y, z])


def series(size, affine, moves):
    """Frames (t, z, y, x): a voxel of frame i shows the point where its correction, about the middle, takes it."""
    grid = np.stack(np.meshgrid(*[np.arange(n) for n in size], indexing="ij"), -1).astype(float)
    points = (grid - (np.array(size) - 1) / 2) @ affine[:, :3].T
    frames = []
    for i, six in enumerate(moves):
        turn, shift = correction(six)
        at = points @ turn.T + shift
        value = sum(h * np.exp(-((at - c) ** 2).sum(-1) / (2 * w * w)) for *c, w, h in BLOBS)
        frames.append(((1 + 0.02 * i) * value).T)
    frames = np.rint(np.array(frames)).astype(np.int64)
    i = np.arange(frames.size).reshape(frames.shape)
    return (frames + (i * i * 7919 + i * 104729) % 29).astype(np.int16)


cases = []
for name, size, affine, moves, options in CASES:
    affine = np.array(affine, dtype=np.float32).astype(float)
    frames = series(size, affine, moves)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.nii"
        nibabel.save(nibabel.Nifti1Image(frames.T, np.vstack([affine, [0, 0, 0, 1]])), path)
        call = ["--variant", "spm", "--jitter", "0.25", "--no-reslice", *options]
        subprocess.run(
            [sys.executable, sys.argv[1], path, *call, "--out", Path(folder) / "out"], check=True, stdout=sys.stderr
        )
        rows = np.loadtxt(Path(folder) / "out_rp.txt").tolist()
    cases.append(
        {
            "name": name,
            "options": " ".join(call),
            "size": size,
            "affine": affine.ravel().tolist(),
            "moves": np.array(moves).tolist(),
            "sum": int(frames.astype(np.int64).sum()),
            "params": rows,
        }
    )
print('{"cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]}")
