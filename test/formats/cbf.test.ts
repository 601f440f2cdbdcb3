import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SourceError } from '../../dist/core/errors.js';
import { openCbf } from '../../dist/formats/cbf/read.js';
import { loadArray, readNpyArray } from '../../dist/formats/loaded-array.js';
import { openSource } from '../../dist/formats/registry.js';
import { testFormat } from '../../dist/testing.js';
import { python, pythonHas } from './python.js';

const PROGRAM = `
import sys, os, re
import numpy as np, fabio
os.chdir(sys.argv[1])
rng = np.random.default_rng(5)
text = '\\r\\n'.join(['# Detector: PILATUS 1M, S/N 10-0113', '# Pixel_size 172e-6 m x 100e-6 m', '# Exposure_time 0.999 s',
    '# Wavelength 1.0332 A', '# Detector_distance 0.15 m', '# Beam_xy (12.5, 8.25) pixels', '# Flux 0'])
def write(name, data):
    header = {'_array_data.header_convention': '"PILATUS_1.2"', '_array_data.header_contents': text}
    fabio.cbfimage.CbfImage(data=data, header=header).write(name)
    read = fabio.open(name).data
    assert (read == data).all()
    np.save(name + '.npy', read.astype('<' + data.dtype.str[1:]))
counts = rng.poisson(5, (37, 53)).astype('i4')
write('counts.cbf', counts)
steps = counts.copy()
steps[3, 4], steps[5, 5], steps[6, 6], steps[7, 7], steps[8, 8] = -2, 70000, 300, 2**31 - 1, -2**31
write('steps.cbf', steps)
write('zeros.cbf', np.zeros((20, 30), 'i4'))
write('wide.cbf', rng.integers(-2**31, 2**31, (11, 13)).astype('i4'))
# The other headers there are, made from the one that fabio writes.
whole = open('counts.cbf', 'rb').read()
start = whole.index(b'\\x0c\\x1a\\x04\\xd5') + 4
def rewrite(name, *changes, data=None, like='counts.cbf.npy'):
    head = whole[:start]
    for old, new in changes:
        assert re.search(old, head), old
        head = re.sub(old, new, head)
    open(name, 'wb').write(head + (whole[start:] if data is None else data))
    if like: np.save(name + '.npy', np.load(like))
plain = (rb'\\s+conversions="x-CBF_BYTE_OFFSET"', b' conversions="x-CBF_NONE"')
none = (rb';\\s+conversions="x-CBF_BYTE_OFFSET"', b'')
kind = lambda text: (b'signed 32-bit integer', text)
rewrite('none.cbf', none, (rb'X-Binary-Size: \\d+', b'X-Binary-Size: 7844'), data=counts.tobytes())
rewrite('big.cbf', none, (b'LITTLE', b'BIG'), data=counts.astype('>i4').tobytes())
rewrite('floats.cbf', none, kind(b'signed 32-bit real IEEE'), data=counts.astype('<f4').tobytes(), like=None)
np.save('floats.cbf.npy', counts.astype('<f4'))
rewrite('short.cbf', none, kind(b'signed 16-bit integer'), data=counts.astype('<i2').tobytes(), like=None)
np.save('short.cbf.npy', counts.astype('<i2'))
rewrite('unix.cbf', (b'\\r\\n', b'\\n'))
rewrite('unsigned.cbf', kind(b'unsigned 32-bit integer'), like=None)
np.save('unsigned.cbf.npy', counts.astype('<u4'))
rewrite('frames.cbf', (b'X-Binary-Size-Second-Dimension: 37', b'X-Binary-Size-Second-Dimension: 1\\r\\nX-Binary-Size-Third-Dimension: 37'), like=None)
np.save('frames.cbf.npy', counts.reshape(37, 1, 53))
rewrite('no-packed.cbf', (b'BYTE_OFFSET', b'PACKED'), like=None)
rewrite('no-canonical.cbf', (b'BYTE_OFFSET', b'CANONICAL'), like=None)
rewrite('no-floats.cbf', kind(b'signed 32-bit real IEEE'), like=None)
rewrite('no-base64.cbf', (b'Encoding: BINARY', b'Encoding: BASE64'), like=None)
rewrite('no-type.cbf', kind(b'complex'), like=None)
rewrite('no-second.cbf', data=whole[start:] + whole[whole.index(b'--CIF'):], like=None)
rewrite('bad-sides.cbf', (b'Fastest-Dimension: 53', b'Fastest-Dimension: 54'), like=None)
rewrite('bad-huge.cbf', (b'Fastest-Dimension: 53', b'Fastest-Dimension: 999999999999'), like=None)
rewrite('bad-rows.cbf', (b'X-Binary-Size-Second-Dimension: 37\\r\\n', b''), like=None)
rewrite('bad-size.cbf', (rb'X-Binary-Size: \\d+', b'X-Binary-Size: lots'), like=None)
rewrite('bad-few.cbf', (rb'X-Binary-Size: \\d+', b'X-Binary-Size: 100'), like=None)
open('bad-mark.cbf', 'wb').write(whole.replace(b'\\x0c\\x1a\\x04\\xd5', b'....'))
`;

const GOOD = ['counts', 'steps', 'zeros', 'wide', 'none', 'big', 'floats', 'short', 'unix', 'unsigned', 'frames'];

const folder = mkdtempSync(join(tmpdir(), 'cbf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const hasFabio = pythonHas('numpy, fabio', 'CBF files made by fabio');
if (hasFabio) python(PROGRAM, folder);

describe.runIf(hasFabio)('files made by fabio', () => {
  it.each(GOOD)('reads %s the same in every cut and layout', async (name) => {
    const source = await openSource(at(`${name}.cbf`));
    expect(source.format).toBe('cbf');
    const { shape, data } = readNpyArray(at(`${name}.cbf.npy`));
    expect(loadArray(source).data).toEqual(data);
    await testFormat(source, { shape, data, dtype: source.handle.stack.dtype });
  });

  it('takes geometry from the lines of the detector: the second pixel size is that of rows', () => {
    const { detector, notes } = openCbf(at('counts.cbf'));
    expect(detector).toEqual({
      name: 'PILATUS 1M',
      pixelSize: [0.0001, 0.000172],
      distance: 0.15,
      beamCenter: [8.25, 12.5],
      wavelength: 1.0332e-10,
    });
    expect(notes).toEqual(expect.arrayContaining(['CBF int32', 'Exposure_time 0.999 s', 'Wavelength 1.0332 A']));
  });

  it.each([
    ['no-packed', /compressed with x-cbf_packed, which cannot be read/],
    ['no-canonical', /compressed with x-cbf_canonical/],
    ['no-floats', /floats stored as byte offsets/],
    ['no-base64', /encoded as BASE64 text/],
    ['no-type', /elements of type 'complex'/],
    ['no-second', /several binary sections/],
    ['bad-sides', /counts 1961 elements, 37 x 54 have 1998/],
    ['bad-huge', /37 rows and 999999999999 columns/],
    ['bad-rows', /0 rows and 53 columns/],
    ['bad-size', /X-Binary-Size is 'lots'/],
    ['bad-few', /100 bytes of data are too few, 1961 are the least/],
    ['bad-mark', /no binary data begins before its end/],
  ])('refuses %s', (name, message) => {
    expect(() => openCbf(at(`${name}.cbf`))).toThrow(message);
    expect(() => openCbf(at(`${name}.cbf`))).toThrow(SourceError);
  });

  it('says where a file is cut off', () => {
    const whole = readFileSync(at('counts.cbf'));
    const end = whole.lastIndexOf('\r\n\r\n--CIF');
    for (let keep = 1; keep < end; keep += 37) {
      writeFileSync(at('cut.cbf'), whole.subarray(0, keep));
      expect(() => openCbf(at('cut.cbf'))).toThrow(SourceError);
    }
    expect(() => openCbf(at('cut.cbf'))).toThrow(/cut\.cbf is truncated: \d+ bytes are needed from byte \d+ on/);
  });

  it('ends in a SourceError, or reads something of the right size, for damaged headers', () => {
    const whole = readFileSync(at('steps.cbf'));
    const start = whole.indexOf('--CIF');
    const place = fc.oneof(
      fc.nat(700).map((i) => i + start),
      fc.nat(whole.length - 1),
    );
    const damage = fc.array(fc.tuple(place, fc.oneof(fc.nat(255), fc.integer({ min: 48, max: 57 }))), { maxLength: 8 });
    let read = 0;
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Buffer.from(whole);
        for (const [where, value] of changes) bytes[where % bytes.length] = value;
        writeFileSync(at('fuzz.cbf'), bytes);
        try {
          loadArray(openCbf(at('fuzz.cbf')));
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(SourceError);
        }
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(50);
  }, 60_000);
});
