"""Fourier transforms and correlations of images, by NumPy, SciPy and scikit-image: /usr/bin/python3 test/golden/operators/fourier.py > test/golden/operators/fourier.json"""

import json

import numpy as np
from scipy import signal
from skimage.feature import match_template


def image(*shape):
    """The formula of the tests."""
    i = np.arange(np.prod(shape), dtype=np.int64)
    return ((i * i * 7919 + i * 104729) % 251).reshape(shape)


def pairs(z):
    return np.stack([z.real, z.imag], axis=-1).ravel()


def listed(values):
    return [float(f"{v:.17g}") for v in np.ravel(values)]


SIZES = [(1, 1), (1, 7), (5, 1), (2, 3), (8, 8), (9, 11), (13, 22), (6, 35), (17, 10), (64, 60), (1009, 7), (32, 243), (509, 46)]
TRANSFORMS = []
for height, width in SIZES:
    spectrum = pairs(np.fft.fft2(image(height, width)))
    step = max(1, len(spectrum) // 97)
    TRANSFORMS.append({"shape": [height, width], "step": step, "spectrum": listed(spectrum[::step])})

OPTIONS = []
FRAME = image(9, 10)
COMPLEX = image(9, 10, 2)[..., 0] + 1j * image(9, 10, 2)[..., 1]
FORMS = {
    "power": lambda z: np.abs(z) ** 2,
    "magnitude": np.abs,
    "log-power": lambda z: np.log10(1 + np.abs(z) ** 2),
    "real": np.real,
    "complex": pairs,
}
for output, form in FORMS.items():
    for norm in ("backward", "ortho", "forward"):
        for shift in (False, True):
            for inverse in (False, True):
                for kind, frame in (("real", FRAME), ("complex", COMPLEX)):
                    if inverse:
                        z = np.fft.ifft2(np.fft.ifftshift(frame) if shift else frame, norm=norm)
                    else:
                        z = np.fft.fft2(frame, norm=norm)
                        z = np.fft.fftshift(z) if shift else z
                    values = {"output": output, "norm": norm, "shift": shift, "inverse": inverse}
                    OPTIONS.append({"values": values, "frame": kind, "result": listed(form(z).ravel()[::7])})

CORRELATIONS = []
for frame, template in [
    ((8, 8), (3, 3)),
    ((9, 11), (4, 5)),
    ((9, 11), (1, 2)),
    ((5, 6), (9, 8)),
    ((1, 9), (1, 4)),
    ((33, 20), (12, 20)),
    ((6, 7), (6, 7)),
]:
    for mode in ("same", "valid", "full"):
        if mode == "valid" and (template[0] > frame[0] or template[1] > frame[1]):
            continue
        t = image(*template) - 100
        result = signal.correlate(image(*frame), t, mode, method="direct")
        CORRELATIONS.append(
            {"frame": frame, "template": template, "mode": mode, "shape": result.shape, "result": result.ravel().tolist()}
        )

CENTRE = image(16, 18)
CENTRE[2:9, 3:10] = 40
COEFFICIENTS = {
    "frame": CENTRE.ravel().tolist(),
    "template": CENTRE[8:13, 9:15].ravel().tolist(),
    "valid": listed(match_template(CENTRE.astype(float), CENTRE[8:13, 9:15].astype(float))),
    "same": listed(match_template(CENTRE.astype(float), CENTRE[8:13, 9:15].astype(float), pad_input=True)),
}

print(
    json.dumps(
        {
            "transforms": TRANSFORMS,
            "options": OPTIONS,
            "correlations": CORRELATIONS,
            "coefficients": COEFFICIENTS,
        }
    )
)
