import type { Arrays } from '../../../core/operator.js';

/** A voxel that fewer of the frames show has no tSNR worth a number. */
const ENOUGH_FRAMES = 0.5;

/**
 * To 40 binary digits. The mean of two float32 numbers often lies just between two others: what the order of adding leaves in the
 * last digit must not decide to which it is rounded. (Veltkamp's splitting.)
 */
function settled(value: number): number {
  const far = value * (2 ** 13 + 1);
  return far - (far - value);
}

/**
 * Fills, voxel by voxel over the frames that show it, `mean`; `tsnr`, the mean over the standard deviation (with n - 1), 0
 * where fewer than half of the frames show the voxel or nothing changes; and `mask`, 1 where every frame shows it. Slots that
 * are not there are left out.
 */
export function fillAverages(out: Partial<Arrays<string>>, frames: number): void {
  const { mean, tsnr, mask, average, squares, covered } = out;
  if (!average || !squares || !covered) return;
  for (let i = 0; i < covered.length; i++) {
    const count = covered[i] ?? 0;
    const value = settled(average[i] ?? 0);
    if (mean) mean[i] = value;
    if (mask) mask[i] = count === frames ? 1 : 0;
    if (!tsnr) continue;
    const deviation = Math.sqrt((squares[i] ?? 0) / (count - 1));
    tsnr[i] = count > 1 && count >= ENOUGH_FRAMES * frames && deviation > 0 ? value / deviation : 0;
  }
}
