"""Numbers of one dtype as another, by NumPy: python3 conversions.py > conversions.json

x * scale + offset in float64, then astype for floats; rint, clip, and NaN to 0 for integers.
"""
import json
import warnings

import numpy as np

warnings.simplefilter("ignore")
INF, NAN = float("inf"), float("nan")
FLOATS = [0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 127.5, 128.5, 254.5, 255.5, 256.5, -128.5, -129.5, 32767.5, 65534.5, 65535.5,
          0.49999999999999994, 4503599627370495.5, 1e10, -1e10, 1e300, -1e300, 2147483647.5, 4294967294.5, 4294967295.5, 1e-50,
          0.1, 16777217.0, 3.4028235677973366e38, INF, -INF, NAN]
CASES = [("float64", FLOATS), ("float32", FLOATS)] + [
    (name, [int(v) for v in (np.iinfo(name).min, np.iinfo(name).max, 0, 1, 2, 3, 5, 100, 101, 126, 127)])
    for name in ("uint8", "int8", "uint16", "int16", "uint32", "int32")]
SCALINGS = [(1.0, 0.0), (127.5, 127.5), (0.5, 0.0), (-1.0, 3.0), (1 / 127.5, -1.0)]
TARGETS = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]


def text(value):
    """JSON has neither infinities nor NaN nor the sign of zero."""
    value = float(value)
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0" if value == 0 and np.signbit(value) else value


cases = []
for dtype, values in CASES:
    x = np.array(values, np.float64).astype(dtype)
    for scale, offset in SCALINGS:
        # Without an offset nothing is added, so that -0 stays what it is.
        y = x.astype(np.float64) * scale
        if offset != 0:
            y = y + offset
        for target in TARGETS:
            if target.startswith("float"):
                out = y.astype(target)
            else:
                info = np.iinfo(target)
                out = np.clip(np.rint(np.where(np.isnan(y), 0, y)), info.min, info.max).astype(target)
            cases.append({"from": dtype, "to": target, "scale": scale, "offset": offset,
                          "values": [text(v) for v in x], "expected": [text(v) for v in out]})
print("[" + ",\n".join(json.dumps(case) for case in cases) + "]")
