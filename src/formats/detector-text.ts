import type { DetectorFacts } from '../core/source.js';
import { printable } from './printable.js';

// No letter may belong to either of two neighbours in an expression, or a header of many digits takes hours to search.
const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?`;
const LENGTH = String.raw`(${NUMBER})\s*([A-Za-z]\w*)`;

/** Metres of a length as detectors write it. */
const METRES: Readonly<Record<string, number>> = { m: 1, mm: 1e-3, um: 1e-6, nm: 1e-9, A: 1e-10 };

/** Lines that belong in `info` as they are: the geometry, then the exposure. */
const SHOWN =
  /^(?:Detector:|Pixel_size|Detector_distance|Beam_xy|Wavelength|Exposure_|Threshold_setting|Count_cutoff|.* sensor, thickness)/;
const MOST_SHOWN = 32;

function length(text: string, key: string): number | undefined {
  const found = new RegExp(`^#\\s*${key}[\\s:=]+${LENGTH}`, 'm').exec(text);
  const value = Number(found?.[1]) * (METRES[found?.[2] ?? ''] ?? Number.NaN);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** Exact in the way a person writes it: 172e-6 m is 0.000172. */
const rounded = (value: number): number => Number(value.toPrecision(12));

/**
 * What the comment lines of DECTRIS detectors (`# Pixel_size 172e-6 m x 172e-6 m`) in a CBF header or a TIFF description
 * say. Distances, wavelengths and beam positions of 0, which stand for unknown, are left out.
 *
 * @returns null for a text without such lines; `shown` are the lines for a person to read
 */
export function readDetectorText(text: string): { facts: DetectorFacts; shown: readonly string[] } | null {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('#'));
  if (lines.length === 0) return null;
  const joined = lines.join('\n');
  const name = printable(/^#\s*Detector:\s*([^,\n]+)/m.exec(joined)?.[1] ?? '');
  const size = new RegExp(`^#\\s*Pixel_size[\\s:=]+${LENGTH}\\s*x\\s*${LENGTH}`, 'm').exec(joined);
  const across = Number(size?.[1]) * (METRES[size?.[2] ?? ''] ?? Number.NaN);
  const down = Number(size?.[3]) * (METRES[size?.[4] ?? ''] ?? Number.NaN);
  const beam = new RegExp(`^#\\s*Beam_xy[\\s:=]+(?:\\(\\s*)?(${NUMBER})\\s*,\\s*(${NUMBER})`, 'm').exec(joined);
  const [x, y] = [Number(beam?.[1]), Number(beam?.[2])];
  const distance = length(joined, 'Detector_distance');
  const wavelength = length(joined, 'Wavelength');
  const facts: DetectorFacts = {
    ...(name ? { name } : {}),
    ...(across > 0 && down > 0 ? { pixelSize: [rounded(down), rounded(across)] as const } : {}),
    ...(distance === undefined ? {} : { distance: rounded(distance) }),
    ...(Number.isFinite(x) && Number.isFinite(y) && (x !== 0 || y !== 0) ? { beamCenter: [y, x] as const } : {}),
    ...(wavelength === undefined ? {} : { wavelength: rounded(wavelength) }),
  };
  const shown = lines.map((line) => printable(line.replace(/^#\s*/, ''))).filter((line) => SHOWN.test(line));
  return { facts, shown: shown.slice(0, MOST_SHOWN) };
}
