#!/usr/bin/env python3
"""Virtual image of a 4-D HDF5 data set the way Python programs make one.

Every (ky, kx) frame is multiplied with one float32 mask and added up, which gives a (ry, rx) image. The ways:

  loop     h5py, one frame after the other, one process
  blocks   h5py, one row of the scan at a time, each a matrix-vector product (BLAS)
  pool     blocks, shared among the processes of a multiprocessing pool (spawn)
  dask     dask.distributed on a LocalCluster, one thread per worker, one scan row per chunk
  memory   all frames in memory first, then one matrix-vector product; reading is not timed

BLAS stays on one thread, so that workers are what is compared. Prints one JSON line: seconds of the job (pool and
cluster already up), seconds of setting up, bytes of frames, peak resident bytes of the largest process, versions.
"""

import argparse
import json
import os
import resource
import sys
from time import perf_counter

for name in ("OMP", "OPENBLAS", "MKL", "BLIS"):
    os.environ[f"{name}_NUM_THREADS"] = "1"

import h5py
import numpy as np


def product(block, weights):
    """Sums of (n, ...) frames under float32 weights of one frame: n numbers."""
    return block.reshape(len(block), -1).astype(np.float32, copy=False) @ weights


def by_frame(path, name, mask):
    with h5py.File(path) as file:
        data = file[name]
        image = np.empty(data.shape[:2])
        for y, x in np.ndindex(*image.shape):
            image[y, x] = (data[y, x] * mask).sum()
    return image


def by_row(path, name, weights, first, last):
    with h5py.File(path) as file:
        data = file[name]
        return [product(data[y], weights) for y in range(first, last)]


def warm_up(_):
    """Something for a fresh process to do, so that starting it is not timed."""
    return os.getpid()


def with_pool(path, name, weights, workers):
    from multiprocessing import get_context

    with h5py.File(path) as file:
        rows = file[name].shape[0]
    step = max(1, rows // (8 * workers))
    tasks = [(path, name, weights, y, min(rows, y + step)) for y in range(0, rows, step)]
    started = perf_counter()
    with get_context("spawn").Pool(workers) as pool:
        pool.map(warm_up, range(4 * workers), 1)
        ready = perf_counter()
        image = np.concatenate(pool.starmap(by_row, tasks, 1))
        return image, ready - started, perf_counter() - ready


def with_dask(path, name, mask, workers, memory):
    import dask
    import dask.array
    from distributed import Client, LocalCluster

    dask.config.set({"distributed.admin.tick.limit": "1h"})
    started = perf_counter()
    with LocalCluster(workers, threads_per_worker=1, processes=True, memory_limit=memory, dashboard_address=None) as cluster:
        with Client(cluster) as client, h5py.File(path) as file:
            client.wait_for_workers(workers)
            data = file[name]
            ready = perf_counter()
            stack = dask.array.from_array(data, chunks=(1, *data.shape[1:]))
            image = (stack * mask).sum(axis=(2, 3)).compute()
            return image, ready - started, perf_counter() - ready


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["probe", "loop", "blocks", "pool", "dask", "memory"])
    parser.add_argument("file", nargs="?")
    parser.add_argument("--dataset", default="/data")
    parser.add_argument("--mask", help=".npy, float32, of the shape of a frame")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", default="4GiB", help="of one Dask worker")
    parser.add_argument("--out", help=".npy for the image")
    options = parser.parse_args()

    versions = {"Python": sys.version.split()[0], "NumPy": np.__version__, "h5py": h5py.__version__}
    try:
        import distributed

        versions["Dask"] = distributed.__version__
    except ImportError:
        pass
    if options.mode == "probe":
        print(json.dumps({"versions": versions}))
        return

    mask = np.load(options.mask).astype(np.float32)
    weights = mask.ravel()
    path, name = options.file, options.dataset
    with h5py.File(path) as file:
        shape, size = file[name].shape, int(file[name].dtype.itemsize * file[name].size)
    setup, started = 0.0, perf_counter()
    if options.mode == "loop":
        image, seconds = by_frame(path, name, mask), perf_counter() - started
    elif options.mode == "blocks":
        image, seconds = np.asarray(by_row(path, name, weights, 0, shape[0])), perf_counter() - started
    elif options.mode == "pool":
        image, setup, seconds = with_pool(path, name, weights, options.workers)
    elif options.mode == "dask":
        image, setup, seconds = with_dask(path, name, mask, options.workers, options.memory)
    else:
        with h5py.File(path) as file:
            frames = file[name][...].reshape(shape[0] * shape[1], -1).astype(np.float32, copy=False)
        product(frames[:64], weights)
        setup, started = perf_counter() - started, perf_counter()
        image = (frames @ weights).reshape(shape[:2])
        seconds = perf_counter() - started
    if options.out:
        np.save(options.out, np.asarray(image, np.float64))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "setupSeconds": setup, "bytes": size, "peakBytes": peak * 1024, "versions": versions}))


if __name__ == "__main__":
    main()
