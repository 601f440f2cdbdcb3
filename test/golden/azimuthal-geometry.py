"""Pixels in (radius, azimuth) by the numpy definition of the integrators, and named detectors by pyFAI 0.21.3.

From the root of the project, with the folder that holds definition.py (the definition in numpy, without pyFAI):

    python3 test/golden/azimuthal-geometry.py ../shared/data/xrd/reference > test/golden/azimuthal-geometry.json
"""

import json
import logging
import sys

import numpy as np

logging.disable()
sys.path.insert(0, sys.argv[1])
import definition  # noqa: E402

import pyFAI.detectors  # noqa: E402

assert pyFAI.version == "0.21.3", pyFAI.version

BASE = {"dist": 0.2, "poni": (0.0033, 0.0029), "rot": (0.0, 0.0, 0.0), "wavelength": 1e-10, "pixel": (2e-4, 1e-4)}
TILT = {"dist": 0.1, "rot": (0.5, -0.4, 1.2), "poni": (0.05, -0.04)}
CASES = {
    "flat": ({}, (33, 52), 3),
    # the point of normal incidence and the beam lie on a corner of pixels
    "corner": ({"poni": (10 * 2e-4, 25 * 1e-4)}, (33, 52), 3),
    "tilted": (TILT, (40, 61), 3),
    "behind": ({"dist": 0.02, "rot": (1.4, 0.1, -0.2), "poni": (0.02, 0.01)}, (90, 300), 3),
    "turned1": (TILT, (40, 61), 1),
    "turned2": (TILT, (40, 61), 2),
    "turned4": (TILT, (40, 61), 4),
    "ceo2": ({"pixel": (0.000172, 0.000172), "dist": 0.208651380603, "poni": (0.0872948482846, 0.0799601126306),
              "rot": (-0.0184422457059, 0.00413760084465, -2.77645988275e-08), "wavelength": 4.066e-11}, (560, 520), 3),
    "lambda_m1": ({"pixel": (5.4999999999999995e-05, 5.4999999999999995e-05), "dist": 0.3091923560063649,
                   "poni": (0.03853798250466656, 0.1406706729173325),
                   "rot": (0.007191643704399693, 0.001452446985348972, 1.9342817946284084e-08),
                   "wavelength": 4.836e-11}, (516, 1554), 3),
    "pixium_ti64": ({"pixel": (0.000296, 0.000296), "dist": 1.1938977457995166,
                     "poni": (0.20469496896709785, 0.20731936852229463),
                     "rot": (-0.0029150176267784067, 0.00820827058479353, -1.0059411973158497e-10),
                     "wavelength": 1.393e-11}, (740, 730), 3),
    "synthetic_tilt": ({"pixel": (2e-4, 2e-4), "dist": 0.2, "poni": (0.026624000000000002, 0.024064),
                        "rot": (0.2, -0.1, 0.3)}, (256, 256), 3),
}
POLARIZATION = (0.95, 0.3)
straight = definition.rotate


def turned(orientation):
    """The sample frame of a detector that is mounted another way round: signs after the rotation."""

    def rotate(g, y, x):
        t1, t2, t3 = straight(g, y, x)
        return (-t1 if orientation in (1, 2) else t1), (-t2 if orientation in (1, 4) else t2), t3

    return rotate


def as_stored(array, shape, orientation):
    """Pixels of the detector in the order in which such an image stores them."""
    image = array.reshape(shape + array.shape[1:] if array.ndim == 2 and array.shape[1:] == (4,) else shape)
    if orientation in (1, 2):
        image = image[::-1]
    if orientation in (1, 4):
        image = image[:, ::-1]
    return image


def corners_as_stored(array, shape, orientation):
    """Corners A (i, j), B (i + 1, j), C (i + 1, j + 1), D (i, j + 1) of the stored image."""
    image = as_stored(array, shape, orientation)
    order = {1: [2, 3, 0, 1], 2: [1, 0, 3, 2], 3: [0, 1, 2, 3], 4: [3, 2, 1, 0]}[orientation]
    return image[..., order]


def picks(centre, chi):
    """Pixels that matter: nearest to and farthest from the beam, at the cut of the azimuth, the ends, and some others."""
    rows, columns = centre.shape
    found = [(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)]
    for flat in (centre.argmin(), centre.argmax(), chi.argmin(), chi.argmax()):
        found.append(tuple(int(v) for v in np.unravel_index(flat, centre.shape)))
    rng = np.random.default_rng(7)
    found += [(int(rng.integers(rows)), int(rng.integers(columns))) for _ in range(3)]
    return list(dict.fromkeys(found))


def case(name):
    changes, shape, orientation = CASES[name]
    g = {**BASE, **changes}
    definition.rotate = turned(orientation)
    result = {**g, "shape": shape, "orientation": orientation, "polarization": POLARIZATION, "pixels": None}
    for precision in ("exact", "pyfai"):
        geos = {space: definition.Geometry(g, shape, space, precision == "exact") for space in ("2th", "q", "r")}
        one = geos["2th"]
        images = {space: as_stored(geo.center, shape, orientation) for space, geo in geos.items()}
        chi = as_stored(one.chi_flat, shape, orientation)
        if result["pixels"] is None:
            result["pixels"] = picks(images["2th"], chi)
        take = lambda image: [image[i, j].tolist() for i, j in result["pixels"]]  # noqa: E731
        spaces = {
            space: {
                "centre": take(images[space]),
                "delta": take(as_stored(geo.delta, shape, orientation)),
                "corners": take(corners_as_stored(geo.rad4, shape, orientation)),
            }
            for space, geo in geos.items()
        }
        result[precision] = {
            **spaces,
            "chi": take(chi),
            "dchi": take(as_stored(one.dchi, shape, orientation)),
            "cornerChi": take(corners_as_stored(one.chi4, shape, orientation)),
            "solidAngle": take(as_stored(one.solid_angle().ravel(), shape, orientation)),
            "polarized": take(as_stored(one.polarization(*POLARIZATION).ravel(), shape, orientation)),
        }
    return result


def detectors():
    """Name, aliases, shape, pixel sizes, and of the mask of gaps the number of pixels and the sum of their flat indices."""
    listed = {}
    for alias, kind in sorted(pyFAI.detectors.ALL_DETECTORS.items()):
        listed.setdefault(kind.__name__, (kind, []))[1].append(alias)
    found = []
    for name, (kind, aliases) in sorted(listed.items()):
        detector = kind()
        grid = detector.IS_FLAT and detector.IS_CONTIGUOUS and detector.uniform_pixel
        if not grid or detector.shape is None:
            continue
        mask = detector.calc_mask()
        gaps = [0, 0] if mask is None else [int((mask != 0).sum()), int(np.flatnonzero(mask).sum())]
        found.append([name, aliases, list(detector.shape), [detector.pixel1, detector.pixel2], gaps])
    return found


def main():
    cases = ",\n".join(json.dumps({"name": name, **case(name)}, separators=(",", ":")) for name in CASES)
    listed = ",\n".join(json.dumps(detector) for detector in detectors())
    print('{"cases": [\n%s\n], "detectors": [\n%s\n]}' % (cases, listed))


if __name__ == "__main__":
    main()
