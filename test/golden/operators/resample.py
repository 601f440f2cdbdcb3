"""Volumes and images at the places where affine maps take their voxels, by scipy.ndimage.map_coordinates, in float64.

From the root of the project:

    python3 test/golden/operators/resample.py > test/golden/operators/resample.json
"""

import json

import numpy as np
import scipy
from scipy.ndimage import map_coordinates

ORDERS = {"linear": 1, "cubic": 3, "bspline4": 4, "bspline5": 5}
# Rows of x, y, z: where voxel (x, y, z) of the result is in the frame.
MAPS = {
    "small": [[0.9997, -0.0199, 0.0142, 0.61], [0.0202, 0.9995, -0.0248, -0.37], [-0.0137, 0.0251, 0.9996, 0.29]],
    "large": [[0.8138, -0.4698, 0.3420, 2.3], [0.5438, 0.8232, -0.1632, -4.1], [-0.2049, 0.3188, 0.9254, 1.2]],
    "rest": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]],
    "plane": [[0.9962, -0.0872, 0, 1.37], [0.0872, 0.9962, 0, -0.62], [0, 0, 1, 0]],
}
CASES = [
    ((23, 18, 11), "small"),
    ((23, 18, 11), "large"),
    ((23, 18, 11), "rest"),
    ((19, 22, 1), "plane"),
    ((19, 22, 2), "plane"),
]


def frame(nx, ny, nz):
    """Whole numbers without a pattern, the same in the test."""
    n = np.arange(nx * ny * nz)
    return ((n * 7919 + n // 5 * 104729) % 4001 - 900.0).reshape(nz, ny, nx)


def case(size, name):
    nx, ny, nz = size
    data = frame(*size)
    z, y, x = np.mgrid[0:nz, 0:ny, 0:nx].reshape(3, -1).astype(float)
    u, v, w = (row[0] * x + row[1] * y + row[2] * z + row[3] for row in np.array(MAPS[name]))
    last = [nx - 1, ny - 1, nz - 1]
    seen = np.all([(p >= -1e-9) & (p <= n + 1e-9) for p, n in zip((u, v, w), last)], axis=0)
    picks = np.flatnonzero(seen)[:: max(1, int(seen.sum() // 40))]
    at = np.clip(np.array([w, v, u])[:, picks], 0, np.array(last[::-1])[:, None])
    values = {}
    for how, order in ORDERS.items():
        # A single slice has no depth: scipy takes a line of one sample as it is.
        where, source = (at, data) if nz > 1 else (at[1:], data[0])
        values[how] = [round(value, 6) for value in map_coordinates(source, where, order=order, mode="mirror").tolist()]
    return {"size": size, "map": MAPS[name], "shown": int(seen.sum()), "picks": picks.tolist(), "values": values}


assert scipy.__version__ == "1.10.1", scipy.__version__
print("[\n" + ",\n".join(json.dumps(case(*one), separators=(",", ":")) for one in CASES) + "\n]")
