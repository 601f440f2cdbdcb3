"""Writes TIFF files with tifffile and PIL. Arguments: a folder. Beside every file NAME lies NAME.npy with its values."""
import struct
import sys
import zlib
import numpy as np
import tifffile
from PIL import Image

folder = sys.argv[1]
rng = np.random.default_rng(11)
counts = rng.poisson(40, (5, 37, 23)).astype('u2')


def expect(name, data):
    data = np.asarray(data)
    wide = {'u8': 'f8', 'i8': 'f8', 'f2': 'f4'}.get(data.dtype.str[1:], data.dtype.str[1:])
    np.save(f'{folder}/{name}.npy', np.ascontiguousarray(data.astype(('<' if data.itemsize > 1 else '|') + wide)))


def tiff(name, data, **options):
    tifffile.imwrite(f'{folder}/{name}', data, **{'photometric': 'minisblack', 'metadata': None, **options})
    expect(name, data)


def pil(name, pages, **options):
    images = [Image.fromarray(page) for page in pages]
    images[0].save(f'{folder}/{name}', save_all=len(images) > 1, append_images=images[1:], **options)
    expect(name, pages[0] if len(images) == 1 else np.stack(pages))


# Every element type in both byte orders, one image.
for kind in ('u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8'):
    for order in '<>':
        data = (rng.random((9, 14)) * 250 - (100 if kind[0] in 'if' else 0)).astype(kind)
        tiff(f"type-{'big' if order == '>' else 'little'}-{kind}.tif", data, byteorder=order)

# Stacks: equal distances, strips, BigTIFF, tiles.
tiff('pages.tif', counts)
tiff('pages-big.tif', counts, bigtiff=True)
tiff('pages-mm.tif', counts, bigtiff=True, byteorder='>')
tiff('strips.tif', counts, rowsperstrip=7)
tiff('tiles.tif', counts, tile=(16, 16))
tiff('tiles-deflate.tif', counts, tile=(16, 32), compression='zlib')
tiff('deflate.tif', counts, compression='zlib', rowsperstrip=8)
tiff('deflate-one.tif', counts, compression='zlib', rowsperstrip=37)
tiff('old-deflate.tif', counts[0], compression=32946, rowsperstrip=10)
tiff('thumbnails.tif', counts[0])
with tifffile.TiffWriter(f'{folder}/thumbnails.tif') as file:
    for page in counts:
        file.write(page, photometric='minisblack', metadata=None)
        file.write(page[::4, ::4].copy(), photometric='minisblack', metadata=None, subfiletype=1)
expect('thumbnails.tif', counts)
with tifffile.TiffWriter(f'{folder}/uneven.tif') as file:
    for i, page in enumerate(counts):
        file.write(page, photometric='minisblack', metadata=None, description='x' * (i * i * 31), contiguous=False)
expect('uneven.tif', counts)

# libtiff, through PIL: LZW, PackBits, predictors, strips of its own choice.
tall = rng.poisson(9, (211, 150)).astype('u1')
for name, scheme in (('lzw', 'tiff_lzw'), ('packbits', 'packbits'), ('deflate', 'tiff_adobe_deflate')):
    pil(f'pil-{name}.tif', [tall, tall[::-1].copy(), tall // 3], compression=scheme)
    pil(f'pil-{name}-f4.tif', [rng.gamma(2, 9, (67, 45)).astype('f4')], compression=scheme)
    pil(f'pil-{name}-u2.tif', [counts[0]], compression=scheme)
    pil(f'pil-{name}-i4.tif', [counts[0].astype('i4') - 50], compression=scheme)
pil('pil-plain.tif', [tall, tall // 2])
for name, scheme in (('lzw', 'tiff_lzw'), ('deflate', 'tiff_adobe_deflate')):
    for kind in ('u1', 'u2', 'i4'):
        data = rng.poisson(90, (211, 150)).astype(kind)
        pil(f'predictor-{name}-{kind}.tif', [data], compression=scheme, tiffinfo={317: 2})
    pil(f'predictor-{name}-f4.tif', [rng.gamma(2, 9, (67, 45)).astype('f4')], compression=scheme, tiffinfo={317: 3})

# Grids that programs describe.
hyper = rng.integers(0, 60000, (3, 2, 4, 16, 18)).astype('u2')
tiff('imagej.tif', hyper, imagej=True, metadata={'axes': 'TZCYX', 'finterval': 0.5, 'spacing': 3.0, 'unit': 'um'},
     resolution=(4.0, 2.0))
tiff('imagej-one.tif', hyper[0, :, 0], imagej=True, metadata={'axes': 'ZYX', 'loop': False})
tiff('shaped.tif', hyper, metadata={})
# One directory for many images: what ImageJ does above 4 GiB, and tifffile when told to.
def by_hand(name, width, height, data, length, text=b'', compression=1, predictor=1):
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 16), (259, 3, 1, compression), (262, 3, 1, 1),
               (270, 2, len(text), 500), (273, 4, 1, 600), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, length),
               (317, 3, 1, predictor)]
    head = b'MM\0*' + struct.pack('>I', 8) + struct.pack('>H', len(entries))
    for tag, kind, count, value in entries:
        head += struct.pack('>HHI', tag, kind, count)
        head += struct.pack('>HH', value, 0) if kind == 3 else struct.pack('>I', value)
    with open(f'{folder}/{name}', 'wb') as file:
        file.write(((head + bytes(4)).ljust(500, b'\0') + text).ljust(600, b'\0') + data)


one = hyper[:, 0, 0]
by_hand('imagej-one-directory.tif', 18, 16, one.astype('>u2').tobytes(), 16 * 18 * 2,
        b'ImageJ=1.53t\nimages=3\nslices=3\nloop=false\n\0')
expect('imagej-one-directory.tif', one)
by_hand('no-room.tif', 18, 16, one.astype('>u2').tobytes(), 16 * 18 * 2, b'ImageJ=1.53t\nimages=4\nslices=4\n\0')
# Big-endian differences, which PIL reads but does not write.
steps = np.diff(one[0].astype('i4'), axis=1, prepend=0).astype('>u2')
packed = zlib.compress(steps.tobytes())
by_hand('predictor-big.tif', 18, 16, packed, len(packed), compression=8, predictor=2)
expect('predictor-big.tif', one[0])
assert (np.array(Image.open(f'{folder}/predictor-big.tif')) == one[0]).all()
with tifffile.TiffWriter(f'{folder}/truncated-directories.tif') as file:
    file.write(hyper, photometric='minisblack', truncate=True)
expect('truncated-directories.tif', hyper)

# Strips one by one: in any order, the last one short or padded to full size, with or without their sizes.
def strips_by_hand(name, image, rows, reverse=False, pad=False, pack=False, sizes=True):
    height, width = image.shape
    pieces = [image[at:at + rows] for at in range(0, height, rows)]
    if pad: pieces[-1] = np.pad(pieces[-1], ((0, rows - len(pieces[-1])), (0, 0)), constant_values=99)
    pieces = [zlib.compress(piece.tobytes()) if pack else piece.tobytes() for piece in pieces]
    numbers = list(range(len(pieces)))
    offsets, body = [0] * len(pieces), b''
    for i in reversed(numbers) if reverse else numbers:
        offsets[i] = 600 + len(body)
        body += pieces[i]
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 16), (259, 3, 1, 8 if pack else 1), (262, 3, 1, 1),
               (273, 4, len(pieces), 400 if len(pieces) > 1 else offsets[0]), (278, 4, 1, rows), *([(279, 4, len(pieces), 500)] if sizes else [])]
    head = b'II*\0' + struct.pack('<IH', 8, len(entries))
    head += b''.join(struct.pack('<HHII', *entry) for entry in entries) + bytes(4)
    head = head.ljust(400, b'\0') + b''.join(struct.pack('<I', at) for at in offsets)
    head = head.ljust(500, b'\0') + b''.join(struct.pack('<I', len(piece)) for piece in pieces)
    with open(f'{folder}/{name}', 'wb') as file:
        file.write(head.ljust(600, b'\0') + body)
    expect(name, image)
    assert (np.array(Image.open(f'{folder}/{name}')) == image).all()


small = counts[0, :10]
strips_by_hand('hand-reversed.tif', small, 4, reverse=True)
strips_by_hand('hand-packed.tif', small, 4, reverse=True, pack=True)
strips_by_hand('hand-padded.tif', small, 4, pack=True, pad=True)
strips_by_hand('hand-no-sizes.tif', small, 10, sizes=False)

# Colours: NAME.npy has all three, NAME.grey.npy their luminance as Pillow rounds it.
for kind in ('u1', 'u2'):
    for samples in (3, 4):
        colours = (rng.random((3, 41, 29, samples)) * (255 if kind == 'u1' else 65535)).astype(kind)
        r, g, b = (colours[..., i].astype('u8') for i in range(3))
        grey = ((r * 19595 + g * 38470 + b * 7471 + 32768) >> np.uint64(16)).astype(kind)
        extra = {'extrasamples': ['unassalpha']} if samples == 4 else {}
        for way, options in (
            ('plain', {}),
            ('mm', {'byteorder': '>', 'rowsperstrip': 16}),
            ('tiles', {'byteorder': '>', 'tile': (16, 32), 'compression': 'zlib', 'predictor': True}),
            ('deflate', {'compression': 'zlib', 'predictor': True, 'rowsperstrip': 10}),
        ):
            name = f'colour-{way}-{kind}-{samples}.tif'
            tifffile.imwrite(f'{folder}/{name}', colours, photometric='rgb', metadata=None, **extra, **options)
            np.save(f'{folder}/{name}.all', colours[..., :3])
            np.save(f'{folder}/{name}.grey', grey)
            np.save(f'{folder}/{name}.green', colours[..., 1])

# What is refused. No .npy beside them.
refuse = lambda name, data, **options: tifffile.imwrite(f'{folder}/{name}', data, **options)
refuse('no-planes.tif', np.zeros((3, 8, 9), 'u1'), photometric='rgb', planarconfig='separate')
refuse('no-cmyk.tif', np.zeros((8, 9, 4), 'u1'), photometric='separated')
refuse('no-bilevel.tif', np.zeros((8, 9), bool), photometric='minisblack')
refuse('no-complex.tif', np.zeros((8, 9), 'c8'), photometric='minisblack')
Image.fromarray(tall).convert('P').save(f'{folder}/no-palette.tif')
Image.fromarray(tall).save(f'{folder}/no-jpeg.tif', compression='jpeg')
with tifffile.TiffWriter(f'{folder}/no-mix.tif') as file:
    file.write(counts[0], photometric='minisblack', metadata=None)
    file.write(counts[0, 1:], photometric='minisblack', metadata=None)
