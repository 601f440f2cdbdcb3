"""Makes the HDF5 files of this folder and expected.json: python3 make.py (h5py 3.7, HDF5 1.10.8, numpy)."""
import ctypes
import ctypes.util
import hashlib
import json
import os
import shutil

import h5py
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
LIB = next(line.split()[-1] for line in open("/proc/self/maps") if "libhdf5" in line and "_hl" not in line)
HDF5 = ctypes.CDLL(LIB)
for name in ("H5Pset_chunk_opts", "H5Pset_istore_k", "H5Pset_shared_mesg_nindexes", "H5Pset_shared_mesg_index"):
    getattr(HDF5, name).argtypes = [ctypes.c_int64] + [ctypes.c_uint] * {"H5Pset_shared_mesg_index": 3}.get(name, 1)
rng = np.random.default_rng(7)
frames = rng.poisson(2, (24, 8, 8)).astype("<u2")
expected = {}


def sources():
    with h5py.File("source_gzip.h5", "w") as f:
        f.create_dataset("entry/data", data=frames, chunks=(1, 8, 8), compression="gzip", shuffle=True)
        f.create_dataset("entry/pairs", data=frames, chunks=(2, 8, 8), compression="gzip")
    with h5py.File("source_raw.h5", "w", libver="latest") as f:
        f.create_dataset("data", data=frames[::-1].copy())
        f.create_dataset("left", data=frames[:6])
        f.create_dataset("right", data=frames[6:12])


def layout(f, name, shape, parts, fill=0):
    """parts: (index of the virtual array, file, data set, source shape, index of the source)"""
    lay = h5py.VirtualLayout(shape=shape, dtype="<u2")
    for where, file, path, source_shape, what in parts:
        lay[where] = h5py.VirtualSource(file, path, shape=source_shape, dtype="<u2")[what]
    f.create_virtual_dataset(name, lay, fillvalue=fill)


def virtual(libver):
    s = np.s_
    full = (24, 8, 8)
    with h5py.File(f"virtual_{libver}.h5", "w", libver=libver) as f:
        gz, raw = "source_gzip.h5", "source_raw.h5"
        layout(f, "stacked", (48, 8, 8), [(s[:24], gz, "entry/data", full, s[...]), (s[24:], gz, "entry/data", full, s[...])])
        layout(f, "mixed", (48, 8, 8), [(s[:24], gz, "entry/data", full, s[...]), (s[24:], raw, "data", full, s[...])])
        layout(f, "interleaved", (48, 8, 8), [(s[::2], gz, "entry/data", full, s[...]), (s[1::2], raw, "data", full, s[...])])
        layout(f, "every_third", (8, 8, 8), [(s[...], gz, "entry/data", full, s[::3])])
        layout(f, "tiles", (6, 8, 16), [(s[:, :, :8], raw, "left", (6, 8, 8), s[...]), (s[:, :, 8:], raw, "right", (6, 8, 8), s[...])])
        layout(f, "missing", (48, 8, 8), [(s[:24], gz, "entry/data", full, s[...]), (s[24:], "gone.h5", "data", full, s[...])], 9)
        layout(f, "only_missing", (24, 8, 8), [(s[...], "gone.h5", "data", full, s[...])], 5)
        layout(f, "pairs", (48, 8, 8), [(s[:24], gz, "entry/pairs", full, s[...]), (s[24:], gz, "entry/pairs", full, s[...])])
        layout(f, "cut_chunks", (23, 8, 8), [(s[...], gz, "entry/pairs", full, s[1:])])
        layout(f, "gap", (6, 8, 18), [(s[:, :, :8], raw, "left", (6, 8, 8), s[...]), (s[:, :, 10:], raw, "right", (6, 8, 8), s[...])], 3)
        layout(f, "nested", (48, 8, 8), [(s[...], ".", "mixed", (48, 8, 8), s[...])])
        # one source spread over the rows of a scan
        lay = h5py.VirtualLayout(shape=(4, 6, 8, 8), dtype="<u2")
        lay[...] = h5py.VirtualSource(gz, "entry/data", shape=full, dtype="<u2")
        f.create_virtual_dataset("scan", lay)
        # one frame of two dimensions in each source
        layout(f, "single_frames", (2, 8, 8), [(s[i], raw, "data", full, s[i]) for i in range(2)])


def kinds():
    with h5py.File("kinds.h5", "w", libver="latest", track_order=False) as f:
        f["bool"] = np.arange(30).reshape(5, 6) % 3 == 0
        f.create_dataset("enum", data=np.arange(12, dtype="i2").reshape(3, 4) % 3, dtype=h5py.enum_dtype({"a": 0, "b": 1, "c": 2}, "i2"))
        for t in ("<u8", ">i8", "<f2", ">f2", ">f8", "|i1", "|u1", ">u4"):
            f[f"t_{t[1:]}_{'be' if t[0] == '>' else 'le'}"] = (np.arange(24).reshape(2, 3, 4) * 3 + 1).astype(t)
        f["scalar"] = np.float32(2.5)
        f["empty"] = np.zeros((0, 4), "f4")
        f["null"] = h5py.Empty("f4")
        f["text"] = "words"
        f["compound"] = np.zeros(3, [("x", "f4"), ("y", "i4")])
        f.create_dataset("never_written", shape=(10, 4, 4), dtype="i4", fillvalue=-7)
        f.create_dataset("raw_files", shape=(6, 4, 4), dtype="<i4", external=[("external_a.bin", 8, 192), ("external_b.bin", 0, 192)])
        f["raw_files"][...] = np.arange(96).reshape(6, 4, 4)
        f.create_dataset("raw_file", shape=(3, 4, 4), dtype="<i4", external=[("external_a.bin", 8, 192)])
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        dcpl.set_chunk((2, 5, 5))
        dcpl.set_deflate(4)
        HDF5.H5Pset_chunk_opts(dcpl.id, 2)
        space = h5py.h5s.create_simple((5, 7, 8))
        h5py.h5d.create(f.id, b"raw_edges", h5py.h5t.STD_U16LE, space, dcpl)
        f["raw_edges"][...] = np.arange(280, dtype="u2").reshape(5, 7, 8)
        g = f.create_group("attributes")
        for i in range(40):
            g.attrs[f"number{i}"] = i * 0.5
        g.attrs["text"] = "größe"
        g.attrs["fixed"] = np.bytes_("fixed")
        g.attrs["list"] = ["y", "x"]
        g.attrs["flag"] = True
        g.attrs["matrix"] = np.arange(6, dtype=">i4").reshape(2, 3)
        g.attrs["nothing"] = h5py.Empty("f4")
        f["loop_a"] = h5py.SoftLink("/loop_b")
        f["loop_b"] = h5py.SoftLink("/loop_a")
        f["up"] = h5py.SoftLink("/attributes")
        f["gone"] = h5py.ExternalLink("gone.h5", "/x")
        f["attributes/self"] = f["/"]
    with h5py.File("default.nxs", "w") as f:
        f.attrs["default"] = "entry"
        e = f.create_group("entry")
        e.attrs["default"] = "scan"
        s = e.create_group("scan")
        s.attrs.update(signal="counts", axes=["time", ".", "x"])
        s["counts"] = np.arange(24, dtype="u4").reshape(2, 3, 4)
        s["time"] = np.array([10.0, 10.5])
        s["time"].attrs["units"] = "s"
        s["x"] = np.array([-3, -1, 1, 3], "i2")
        f["bigger"] = np.zeros((4, 5, 6), "f8")
    fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    HDF5.H5Pset_istore_k(fcpl.id, 4)
    fid = h5py.h5f.create(b"superblock1.h5", h5py.h5f.ACC_TRUNC, fcpl)
    with h5py.File(fid) as f:
        f.create_dataset("data", data=frames, chunks=(1, 4, 8))
    fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    HDF5.H5Pset_shared_mesg_nindexes(fcpl.id, 1)
    HDF5.H5Pset_shared_mesg_index(fcpl.id, 0, 0x1F, 8)
    fid = h5py.h5f.create(b"shared_messages.h5", h5py.h5f.ACC_TRUNC, fcpl)
    with h5py.File(fid) as f:
        for i in range(12):
            f.create_dataset(f"data{i}", data=frames[i], chunks=(4, 8), compression="gzip", fillvalue=77).attrs["note"] = "a long shared note"


def left_open():
    """A copy taken while a writer that others may read beside (SWMR) is at work."""
    with h5py.File("left_open_now.h5", "w", libver="latest") as f:
        f.create_dataset("data", data=frames[:4], chunks=(1, 8, 8), maxshape=(None, 8, 8))
        f.swmr_mode = True
        f.flush()
        shutil.copy("left_open_now.h5", "left_open.h5")
    os.remove("left_open_now.h5")


def record(file):
    with h5py.File(file, "r") as f:
        found = expected[file] = {}

        def visit(name, item):
            if not isinstance(item, h5py.Dataset) or item.shape is None or item.dtype.kind not in "iufb":
                return
            found["/" + name] = {
                "shape": list(item.shape),
                "dtype": item.dtype.str,
                "sha1": hashlib.sha1(item[()].tobytes()).hexdigest(),
            }

        f.visititems(visit)


sources()
virtual("earliest")
virtual("latest")
kinds()
left_open()
for file in ("virtual_earliest.h5", "virtual_latest.h5", "kinds.h5", "default.nxs", "superblock1.h5", "shared_messages.h5"):
    record(file)
with open("expected.json", "w") as out:
    json.dump(expected, out, indent=1)
