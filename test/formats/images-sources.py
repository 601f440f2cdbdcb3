"""Writes images of every kind. Arguments: a folder. Beside every file NAME lies NAME.CHANNEL.npy, what must be read of it."""
import struct
import sys
import zlib
import numpy as np
from PIL import Image

folder = sys.argv[1]
rng = np.random.default_rng(11)


def expect(name, array, channel='grey'):
    np.save(f'{folder}/{name}.{channel}.npy', np.ascontiguousarray(array))


def luminance(rgb):
    """As Pillow rounds it, which has it for 8 bits alone."""
    r, g, b = (rgb[..., i].astype('u8') for i in range(3))
    return ((r * 19595 + g * 38470 + b * 7471 + 32768) >> np.uint64(16)).astype(rgb.dtype)


def chunk(kind, body):
    return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))


def packed(array, bits):
    """Rows of samples as PNG stores them."""
    rows = array.reshape(array.shape[0], -1)
    if bits == 16:
        return rows.astype('>u2').view('u1')
    if bits == 8:
        return rows.astype('u1')
    spread = np.unpackbits(rows.astype('u1')[..., None], axis=-1)[..., 8 - bits:]
    return np.packbits(spread.reshape(rows.shape[0], -1), axis=1)


def filtered(rows, pixel, choose):
    """Every filter of PNG, one after the other, or the one that is chosen."""
    out = bytearray()
    above = np.zeros(rows.shape[1], 'i4')
    for r, row in enumerate(rows.astype('i4')):
        left = np.concatenate([np.zeros(pixel, 'i4'), row])[:row.size]
        corner = np.concatenate([np.zeros(pixel, 'i4'), above])[:row.size]
        kind = r % 5 if choose is None else choose
        p = left + above - corner
        a, b, c = abs(p - left), abs(p - above), abs(p - corner)
        paeth = np.where((a <= b) & (a <= c), left, np.where(b <= c, above, corner))
        predicted = [0, left, above, (left + above) // 2, paeth][kind]
        out.append(kind)
        out += bytes((row - predicted).astype('u1'))
        above = row
    return bytes(out)


ADAM7 = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)]


def png(name, array, bits, colour, interlaced=False, before=b'', pieces=1, choose=None):
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    pixel = max(1, samples * bits // 8)
    height, width = array.shape[:2]
    passes = ADAM7 if interlaced else [(0, 1, 0, 1)]
    data = b''
    for y, dy, x, dx in passes:
        part = array[y::dy, x::dx]
        if part.size:
            data += filtered(packed(part, bits), pixel, choose)
    stream = zlib.compress(data, 6)
    cuts = np.linspace(0, len(stream), pieces + 1).astype(int)
    with open(f'{folder}/{name}', 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n')
        file.write(chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, colour, 0, 0, int(interlaced))))
        file.write(before)
        for start, end in zip(cuts[:-1], cuts[1:]):
            file.write(chunk(b'IDAT', stream[start:end]))
        file.write(chunk(b'IEND', b''))


def smooth(shape, most):
    """Slopes and noise, so that every filter has something to do."""
    y, x = np.mgrid[:shape[0], :shape[1]]
    base = (y * 0.7 + x * 1.3) / (shape[0] + shape[1]) * most
    if len(shape) == 3:
        base = base[..., None] * np.linspace(1, 0.4, shape[2])
    return np.clip(base + rng.normal(0, most / 30, shape), 0, most).astype('u2' if most > 255 else 'u1')


H, W = 37, 45
for interlaced in (False, True):
    mark = '-adam7' if interlaced else ''
    for bits in (1, 2, 4, 8, 16):
        most = 2 ** bits - 1
        array = smooth((H, W), most)
        png(f'grey{bits}{mark}.png', array, bits, 0, interlaced, pieces=3)
        expect(f'grey{bits}{mark}.png', array * (255 // most) if bits < 8 else array)
    for bits in (8, 16):
        most = 2 ** bits - 1
        for colour, samples, kind in ((2, 3, 'rgb'), (6, 4, 'rgba')):
            array = smooth((H, W, samples), most)
            name = f'{kind}{bits}{mark}.png'
            png(name, array, bits, colour, interlaced)
            expect(name, luminance(array))
            expect(name, array[..., 0], 'red')
            expect(name, array[..., 1], 'green')
            expect(name, array[..., 2], 'blue')
            expect(name, array[..., :3], 'all')
        array = smooth((H, W, 2), most)
        png(f'la{bits}{mark}.png', array, bits, 4, interlaced)
        expect(f'la{bits}{mark}.png', array[..., 0])
        expect(f'la{bits}{mark}.png', np.repeat(array[..., :1], 3, 2), 'all')
    for bits in (1, 2, 4, 8):
        palette = rng.integers(0, 256, (2 ** bits, 3), 'u1')
        array = smooth((H, W), 2 ** bits - 1)
        before = chunk(b'PLTE', palette.tobytes()) + chunk(b'tRNS', b'\0')
        png(f'palette{bits}{mark}.png', array, bits, 3, interlaced, before)
        expect(f'palette{bits}{mark}.png', luminance(palette[array]))
        expect(f'palette{bits}{mark}.png', palette[array], 'all')
for choose in range(5):
    for bits, colour, samples in ((8, 0, 1), (16, 0, 1), (8, 2, 3), (16, 6, 4)):
        array = smooth((19, 67, samples), 2 ** bits - 1)
        array = array[..., 0] if samples == 1 else array
        png(f'filter{choose}-{bits}-{samples}.png', array, bits, colour, choose=choose)
        expect(f'filter{choose}-{bits}-{samples}.png', array if samples == 1 else luminance(array))
one = np.array([[513]], 'u2')
png('one.png', one, 16, 0)
expect('one.png', one)
small = smooth((3, 2), 255)
png('small-adam7.png', small, 8, 0, True)
expect('small-adam7.png', small)

# By Pillow's own encoder, read by Pillow's own decoder.
grey = smooth((61, 83), 255)
rgb = smooth((61, 83, 3), 255)
Image.fromarray(grey).save(f'{folder}/pil.png')
expect('pil.png', grey)
Image.fromarray(rgb).save(f'{folder}/pil-rgb.png')
expect('pil-rgb.png', np.asarray(Image.open(f'{folder}/pil-rgb.png').convert('L')))
Image.fromarray(smooth((61, 83), 65535)).save(f'{folder}/pil16.png')
expect('pil16.png', np.asarray(Image.open(f'{folder}/pil16.png')).astype('u2'))


def lossy(name, image, **options):
    image.save(f'{folder}/{name}', **options)
    read = Image.open(f'{folder}/{name}')
    read.load()
    if read.mode == 'L':
        expect(name, np.asarray(read))
    else:
        colours = np.asarray(read.convert('RGB'))
        expect(name, luminance(colours))
        expect(name, colours, 'all')


lossy('grey.jpg', Image.fromarray(grey), quality=90)
lossy('rgb.jpg', Image.fromarray(rgb), quality=90)
lossy('fine.jpg', Image.fromarray(rgb), quality=95, subsampling=0)
lossy('progressive.jpg', Image.fromarray(rgb), quality=80, progressive=True, icc_profile=b'no profile at all')
lossy('lossy.webp', Image.fromarray(rgb), quality=80)
lossy('lossless.webp', Image.fromarray(rgb), lossless=True)
opaque = np.dstack([rgb, np.full(rgb.shape[:2], 255, 'u1')])
lossy('alpha.webp', Image.fromarray(opaque), lossless=True, exact=True)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name, options in ((f'turned{orientation}.jpg', {'quality': 95}), (f'turned{orientation}.webp', {'lossless': True})):
        Image.fromarray(grey if name.endswith('jpg') else rgb).save(f'{folder}/{name}', exif=exif.tobytes(), **options)
        read = Image.open(f'{folder}/{name}')
        turn = {2: [0], 3: [3], 4: [1], 5: [5], 6: [4], 7: [6], 8: [2]}.get(orientation, [])
        for one in turn:
            read = read.transpose(one)
        pixels = np.asarray(read)
        expect(name, pixels if pixels.ndim == 2 else luminance(pixels))
Image.fromarray(rgb).convert('CMYK').save(f'{folder}/cmyk.jpg')
frames = [Image.fromarray(np.roll(rgb, k * 7, 1)) for k in range(3)]
frames[0].save(f'{folder}/animated.webp', save_all=True, append_images=frames[1:], lossless=True)
expect('animated.webp', luminance(rgb))
frames[0].save(f'{folder}/animated.png', save_all=True, append_images=frames[1:])
expect('animated.png', luminance(rgb))
