"""Writes NIfTI files with nibabel. Arguments: a folder. Beside NAME lies NAME.npy with what fanfold should read, t z y x."""
import gzip
import json
import sys

import nibabel as nib
import numpy as np

folder = sys.argv[1]
rng = np.random.default_rng(11)
shape = (7, 6, 5, 4)  # x y z t
facts = {}

angle = np.deg2rad(12)
turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
oblique = np.eye(4)
oblique[:3, :3] = turn @ np.diag([-2, 2.5, 3])
oblique[:3, 3] = [20, -30, 4.5]
other = np.diag([2, 2.5, 3, 1]).astype(float)


def expect(name, data, image=None):
    wide = {'i8': 'f8', 'u8': 'f8'}.get(data.dtype.str[1:], data.dtype.str[1:])
    np.save(f'{folder}/{name}.npy', np.ascontiguousarray(data.T.astype('<' + wide)))
    if image is not None:
        facts[name] = image.affine[:3].ravel().tolist()


def values(dtype, shape=shape):
    kind = np.dtype(dtype).kind
    if kind == 'f':
        return rng.normal(100, 30, shape).astype(dtype)
    low = 0 if kind == 'u' else -100
    return rng.integers(low, 100, shape).astype(dtype)


def image(data, affine=oblique, version=1, big=False, pair=False):
    make = {(1, False): nib.Nifti1Image, (2, False): nib.Nifti2Image, (1, True): nib.Nifti1Pair, (2, True): nib.Nifti2Pair}[version, pair]
    header = make.header_class(endianness='>' if big else '<')
    header.set_data_dtype(data.dtype)
    one = make(data, affine, header=header)
    one.header.set_data_dtype(data.dtype)
    one.header.set_xyzt_units('mm', 'sec')
    one.set_sform(affine, 1)
    one.set_qform(affine, 1)
    if data.ndim > 3:
        one.header.set_zooms(tuple(one.header.get_zooms()[:3]) + (2.5,) + (1,) * (data.ndim - 4))
    return one


def save(name, data, of=None, **options):
    one = image(data, **options)
    nib.save(one, f'{folder}/{name}')
    expect(name, data if of is None else of, one)
    return one


for code in ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'i8', 'u8', 'f4', 'f8']:
    for version in [1, 2]:
        for big in [False, True]:
            save(f'type-{code}-{version}-{"big" if big else "little"}.nii', values(code), version=version, big=big)

counts = values('i2')
save('packed.nii.gz', counts)
save('volume.nii', values('f4', shape[:3]))
save('image.nii', values('u1', shape[:2]))
save('one-volume.nii', values('u1', shape[:3] + (1,)))
save('five-time.nii', counts[..., None])
np.save(f'{folder}/five-time.nii.npy', np.ascontiguousarray(counts.T))
vector = values('f4', shape[:3] + (1, 3))
save('five-vector.nii', vector)
np.save(f'{folder}/five-vector.nii.npy', np.ascontiguousarray(vector[:, :, :, 0].T))
save('two-long.nii', values('f4', (3, 3, 3, 2, 2)))

for version in [1, 2]:
    for big in [False, True]:
        save(f'pair-{version}-{"big" if big else "little"}.hdr', counts, version=version, big=big, pair=True)
save('packedpair.hdr.gz', counts, pair=True)

for code, dtype in [('i2', 'f4'), ('u1', 'f4'), ('i4', 'f8'), ('f4', 'f4'), ('f8', 'f8')]:
    for big in [False, True]:
        one = image(values(code), big=big)
        stored = np.asarray(one.dataobj)
        one.header.set_slope_inter(0.25, -3)
        name = f'{folder}/scaled-{code}-{"big" if big else "little"}.nii'
        with open(name, 'wb') as file:
            head = one.header.copy()
            head['vox_offset'] = 352
            file.write(head.binaryblock + b'\0\0\0\0')
            file.write(stored.astype(head.get_data_dtype()).tobytes(order='F'))
        read = nib.load(name).get_fdata()
        np.save(name + '.npy', np.ascontiguousarray(read.T.astype(dtype)))

one = image(counts)
one.header.extensions.append(nib.nifti1.Nifti1Extension('comment', b'a' * 1000))
nib.save(one, f'{folder}/extended.nii')
expect('extended.nii', counts, one)

for name, sform, qform, codes in [
    ('differ', oblique, other, (2, 1)),
    ('qform', other, oblique, (0, 3)),
    ('unplaced', other, other, (0, 0)),
]:
    one = image(counts)
    one.set_sform(sform, codes[0])
    one.set_qform(qform, codes[1])
    nib.save(one, f'{folder}/place-{name}.nii')
    expect(f'place-{name}.nii', counts, nib.load(f'{folder}/place-{name}.nii'))
one = image(counts)
one.set_qform(None, 0)
one.header['srow_x'] = one.header['srow_y']
with open(f'{folder}/place-singular.nii', 'wb') as file:
    head = one.header.copy()
    head['vox_offset'] = 352
    file.write(head.binaryblock + b'\0\0\0\0' + counts.tobytes(order='F'))
expect('place-singular.nii', counts)

for code in ['c8', 'c16']:
    nib.save(nib.Nifti1Image(np.zeros(shape[:3], code), oblique), f'{folder}/no-{code}.nii')
nib.save(nib.Nifti1Image(np.zeros(shape[:3], [('R', 'u1'), ('G', 'u1'), ('B', 'u1')]), oblique), f'{folder}/no-rgb.nii')

plain = open(f'{folder}/type-i2-1-little.nii', 'rb').read()
members = b''.join(gzip.compress(plain[i : i + 400]) for i in range(0, len(plain), 400))
open(f'{folder}/members.nii.gz', 'wb').write(members)
open(f'{folder}/garbage.nii.gz', 'wb').write(gzip.compress(plain) + b'not gzip at all')
for name in ['members.nii.gz', 'garbage.nii.gz']:
    np.save(f'{folder}/{name}.npy', np.load(f'{folder}/type-i2-1-little.nii.npy'))

for t in range(4):
    one = image(counts[..., t])
    nib.save(one, f'{folder}/list_{t + 1:03d}.nii')
    nib.save(one, f'{folder}/packedlist_{t + 1:03d}.nii.gz')
moved = oblique.copy()
moved[0, 3] += 0.5
nib.save(image(counts[..., 0], affine=moved), f'{folder}/moved.nii')
nib.save(image(counts[:, :, :4, 0]), f'{folder}/flat.nii')
np.save(f'{folder}/list.npy', np.ascontiguousarray(counts.T))
json.dump(facts, open(f'{folder}/affines.json', 'w'))
