"""Writes series of NIfTI volumes in files of their own with nibabel. Argument: a folder. Beside them lies what fanfold should read."""
import gzip
import sys

import nibabel as nib
import numpy as np

folder = sys.argv[1]
rng = np.random.default_rng(5)
shape = (7, 6, 5)  # x y z
affine = np.array([[-2, 0, 0, 20], [0, 2.5, 0, -30], [0, 0, 3, 4.5], [0, 0, 0, 1.0]])


def save(name, data, affine=affine, tr=None, version=1, big=False, pair=False):
    make = {(1, False): nib.Nifti1Image, (2, False): nib.Nifti2Image, (1, True): nib.Nifti1Pair, (2, True): nib.Nifti2Pair}[version, pair]
    one = make(data, affine, header=make.header_class(endianness='>' if big else '<'))
    one.header.set_data_dtype(data.dtype)
    one.header.set_xyzt_units('mm', 'sec')
    one.set_sform(affine, 1)
    one.set_qform(affine, 1)
    if tr is not None:
        one.header['pixdim'][4] = tr
    nib.save(one, f'{folder}/{name}')
    return one


def scaled(name, slope, **options):
    """Stored int16 numbers with a slope and intercept of their own; returns what nibabel reads back."""
    real = rng.normal(100 * slope[0], 30 * slope[0], shape) + slope[1]
    stored = np.round((real - slope[1]) / slope[0]).astype('i2')
    save(name, stored, **options)
    path = f'{folder}/{name}'
    image = path if not name.endswith('.img') else path.replace('.img', '.hdr')
    opened = gzip.open if name.endswith('.gz') else open
    with opened(image, 'rb') as file:
        head = bytearray(file.read())
    two = options.get('version', 1) == 2
    order = '>' if options.get('big') else '<'
    at, kind = (176, 'f8') if two else (112, 'f4')
    head[at:at + 2 * np.dtype(kind).itemsize] = np.array(slope, order + kind).tobytes()
    with opened(image, 'wb') as file:
        file.write(head)
    return np.asarray(nib.load(path).dataobj)


slopes = [(0.5, 3), (0.25, 3), (2, -1.5), (0.5, 3)]
kinds = {
    'plain': dict(end='nii'),
    'packed': dict(end='nii.gz'),
    'big': dict(end='nii', big=True),
    'two': dict(end='nii', version=2, big=True),
    'pair': dict(end='img', pair=True),
}
for kind, options in kinds.items():
    options = dict(options)
    end = options.pop('end')
    volumes = [scaled(f'{kind}_{i:03}.{end}', slope, tr=2.5, **options) for i, slope in enumerate(slopes)]
    np.save(f'{folder}/{kind}.npy', np.ascontiguousarray(np.stack([v.T for v in volumes]).astype('f4')))

# one of them without a scale
volumes = [scaled('mixed_0.nii', (0.125, 0)), save('mixed_1.nii', rng.integers(0, 100, shape).astype('i2')).get_fdata()]
np.save(f'{folder}/mixed.npy', np.ascontiguousarray(np.stack([v.T for v in volumes]).astype('f4')))

# series that go on in a second file, and volumes without a time
for i in range(2):
    save(f'run_{i}.nii', rng.integers(0, 99, shape + (3,)).astype('i2'), tr=1.5)
    save(f'untimed_{i}.nii', rng.integers(0, 99, shape).astype('i2'))

# the third file differs
tilted = affine.copy()
tilted[0, 3] += 0.5
finer = affine @ np.diag([1, 1, 0.9, 1])
rounded = affine * (1 + 1e-7)
for i in range(4):
    late = i >= 2
    volume = rng.integers(0, 99, shape).astype('i2')
    save(f'moved_{i}.nii', volume, affine=tilted if late else affine)
    save(f'finer_{i}.nii', volume, affine=finer if late else affine)
    save(f'larger_{i}.nii', rng.integers(0, 99, (7, 6, 4)).astype('i2') if late else volume, affine=tilted if i == 3 else affine)
    save(f'rounded_{i}.nii', volume, affine=rounded if late else affine)

# cut off
whole = rng.integers(-99, 99, shape + (9,)).astype('i2')
np.save(f'{folder}/whole.npy', np.ascontiguousarray(whole.T))
save('whole.nii', whole, tr=2)
data = open(f'{folder}/whole.nii', 'rb').read()
volume = 2 * int(np.prod(shape))
cut = data[:352 + 4 * volume + 100]
open(f'{folder}/cut.nii', 'wb').write(cut)
open(f'{folder}/short.nii.gz', 'wb').write(gzip.compress(cut))
packed = gzip.compress(data, 1)
open(f'{folder}/cut.nii.gz', 'wb').write(packed[:int(0.6 * len(packed))])
open(f'{folder}/none.nii', 'wb').write(data[:352 + volume // 2])
