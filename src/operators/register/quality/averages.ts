import type { Arrays } from '../../../core/operator.js';

/** A voxel that fewer of the frames show has no tSNR worth a number. */
const ENOUGH_FRAMES = 0.5;

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
    const value = average[i] ?? 0;
    if (mean) mean[i] = value;
    if (mask) mask[i] = count === frames ? 1 : 0;
    if (!tsnr) continue;
    const deviation = Math.sqrt((squares[i] ?? 0) / (count - 1));
    tsnr[i] = count > 1 && count >= ENOUGH_FRAMES * frames && deviation > 0 ? value / deviation : 0;
  }
}
