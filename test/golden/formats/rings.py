"""Scattering angle and solid angle of some pixels by pyFAI (0.21.3), from the geometry that rings.test.ts gives `make`.

    python3 test/golden/formats/rings.py > test/golden/formats/rings.json
"""
import json
import numpy as np
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator
from pyFAI.detectors import Detector

detector = Detector(3e-4, 2e-4, max_shape=(60, 70))
ai = AzimuthalIntegrator(0.12, 21.5 * 3e-4, 40.25 * 2e-4, 0.21, -0.13, 0.4, detector=detector, wavelength=7e-11)
angle = ai.twoThetaArray((60, 70))
solid = ai.solidAngleArray((60, 70))
pixels = [(0, 0), (0, 69), (59, 0), (59, 69), (21, 40), (30, 7), (44, 55)]
q = [float(4e-9 * np.pi / 7e-11 * np.sin(np.deg2rad(t) / 2)) for t in (10.0, 12.5, 17.25)]
print(json.dumps({'pixels': pixels, 'twoTheta': [float(angle[p]) for p in pixels],
                  'solidAngle': [float(solid[p]) for p in pixels], 'q': q}, indent=1))
