"""Makes checksums.json: rows of [kind, bytes, fletcher32 as HDF5 stored it behind a chunk, zlib's adler32].

Run: python3 test/golden/codecs/checksums.py > test/golden/codecs/checksums.json (needs h5py)
"""
import io
import json
import zlib

import h5py
import numpy as np

SIZES = [1, 2, 3, 4, 7, 16, 17, 31, 33, 720, 721, 722, 1441, 4096, 4097, 8193, 65537]


def make(kind, n):
    if kind == "ones":
        return np.full(n, 255, np.uint8)
    if kind == "zeros":
        return np.zeros(n, np.uint8)
    i = np.arange(n, dtype=np.uint64)
    return ((i * i * np.uint64(2654435761)) >> np.uint64(7)).astype(np.uint8)


rows = []
for n in SIZES:
    for kind in ["formula", "ones", "zeros"]:
        data = make(kind, n)
        with h5py.File(io.BytesIO(), "w") as file:
            dataset = file.create_dataset("a", data=data, chunks=(n,), fletcher32=True)
            _, raw = dataset.id.read_direct_chunk((0,))
        assert raw[:n] == data.tobytes() and len(raw) == n + 4
        rows.append([kind, n, int.from_bytes(raw[n:], "little"), zlib.adler32(data.tobytes())])
print("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]")
