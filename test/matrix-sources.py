"""Writes one small stack in many ways. Arguments: a folder. Beside every file NAME lies NAME.expected.npy."""
import sys
import h5py
import numpy as np

folder = sys.argv[1]
rng = np.random.default_rng(7)
shape = (6, 7, 10, 12)
counts = rng.poisson(40, shape).astype('u2')
floats = rng.gamma(2, 100, shape).astype('f4')


def expect(name, data):
    wide = {'u8': 'f8', 'i8': 'f8', 'f2': 'f4'}.get(data.dtype.str[1:], data.dtype.str[1:])
    np.save(f'{folder}/{name}.expected.npy', np.ascontiguousarray(data.astype('<' + wide)))


def h5(name, data, **options):
    with h5py.File(f'{folder}/{name}', 'w', libver=options.pop('libver', 'earliest')) as file:
        file.create_dataset('entry/data', data=data, **options)
    expect(name, data)


h5('contiguous.h5', counts)
h5('chunked.h5', counts, chunks=(1, 1, 10, 12))
h5('gzip.h5', counts, chunks=(1, 1, 10, 12), compression='gzip')
h5('shuffle.h5', floats, chunks=(1, 1, 10, 12), compression='gzip', shuffle=True)
h5('fletcher.h5', counts, chunks=(1, 1, 10, 12), fletcher32=True, shuffle=True, compression='gzip')
h5('bigendian.h5', floats.astype('>f4'), chunks=(1, 1, 10, 12), compression='gzip')
h5('rows.h5', counts, chunks=(1, 4, 10, 12), compression='gzip')
h5('blocks.h5', counts, chunks=(2, 3, 10, 12), compression='gzip', shuffle=True)
h5('edges.h5', counts, chunks=(4, 4, 7, 5), compression='gzip')
h5('latest.h5', counts, chunks=(1, 1, 10, 12), compression='gzip', maxshape=(None, 7, 10, 12), libver='latest')
h5('uint64.h5', counts.astype('u8'), chunks=(1, 1, 10, 12), compression='gzip')
h5('half.h5', floats.astype('f2'), chunks=(2, 7, 10, 12))

np.save(f'{folder}/counts.npy', counts)
expect('counts.npy', counts)
np.save(f'{folder}/big.npy', floats.astype('>f4'))
expect('big.npy', floats)
with open(f'{folder}/frames.raw', 'wb') as file:
    file.write(b'\0' * 123)
    counts.astype('>u2').tofile(file)
expect('frames.raw', counts.reshape(42, 10, 12))
