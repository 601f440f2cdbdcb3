"""Makes blosc.json: rows of [what, bytes, sha1 of them, the chunk that HDF5's Blosc filter stored, in base64].

Run: python3 test/golden/codecs/blosc.py > test/golden/codecs/blosc.json
Needs h5py and hdf5plugin with the Blosc filter; made with C-Blosc 1.21.3.
"""
import base64
import hashlib
import io
import json

import h5py
import hdf5plugin
import numpy as np

rng = np.random.default_rng(6)


def runs(n):
    return np.repeat(rng.integers(0, 99, n // 900 + 1), 900)[:n]


ARRAYS = [
    ("counts", rng.poisson(0.1, 1504).astype("u2")),
    ("counts, no eights", rng.poisson(0.1, 1501).astype("u2")),
    ("ramp", np.arange(1001) // 9 * 0.5),
    ("runs, several blocks", runs(75001).astype("u4")),
    ("3 bytes", np.frombuffer(runs(6000).astype("u1").tobytes(), "V3")),
    ("17 bytes", np.frombuffer(runs(8500).astype("u1").tobytes(), "V17")),
]

rows = []
for inner in "blosclz", "lz4", "zlib", "zstd":
    for shuffle in 0, 1, 2:
        for name, data in ARRAYS:
            with h5py.File(io.BytesIO(), "w") as file:
                options = hdf5plugin.Blosc(cname=inner, clevel=1 if "several" in name else 9, shuffle=shuffle)
                dataset = file.create_dataset("a", data=data, chunks=data.shape, **options)
                mask, raw = dataset.id.read_direct_chunk((0,))
            what = f"{inner}, {['no shuffle', 'shuffle', 'bitshuffle'][shuffle]}, {name}"
            if mask == 0:
                rows.append([what, data.nbytes, hashlib.sha1(data.tobytes()).hexdigest(), base64.b64encode(raw).decode()])

print("[")
print(",\n".join("  " + json.dumps(row) for row in rows))
print("]")
