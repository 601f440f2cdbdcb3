/** One powder ring. */
export interface Line {
  /** Scattering angle in radians. */
  readonly twoTheta: number;
  /** Of the peak, the strongest having 1. */
  readonly height: number;
}

export const CENTRINGS = ['P', 'I', 'F', 'diamond'] as const;
export type Centring = (typeof CENTRINGS)[number];

/** Debye-Waller factor B, in square angstrom: lines fade with the angle as those of a real powder do. */
const THERMAL = 0.6;

/** International Tables for Crystallography, volume A: conditions that the centring puts on hkl. */
function isAllowed(centring: Centring, h: number, k: number, l: number): boolean {
  if (centring === 'P') return true;
  if (centring === 'I') return (h + k + l) % 2 === 0;
  const unmixed = h % 2 === k % 2 && k % 2 === l % 2;
  return unmixed && (centring === 'F' || h % 2 === 1 || (h + k + l) % 4 === 0);
}

/** Number of reflections equal by the full cubic symmetry, for h >= k >= l >= 0. */
function multiplicity(h: number, k: number, l: number): number {
  const orders = h === k && k === l ? 1 : h === k || k === l ? 3 : 6;
  return orders * 2 ** [h, k, l].filter((index) => index > 0).length;
}

/** Scattering angle of a lattice spacing d, null when the wavelength is too long for it. */
function bragg(wavelength: number, d: number): number | null {
  const sine = wavelength / (2 * d);
  return sine < 1 ? 2 * Math.asin(sine) : null;
}

/**
 * The lines of a cubic powder by rising angle: multiplicity times a thermal factor, all atoms alike.
 *
 * @param edge of the cell, in the unit of the wavelength: angstrom
 */
export function cubicLines(edge: number, centring: Centring, wavelength: number, most: number): Line[] {
  const weights = new Map<number, number>();
  const reach = most + 2;
  for (let h = 1; h <= reach; h++) {
    for (let k = 0; k <= h; k++) {
      for (let l = 0; l <= k; l++) {
        if (!isAllowed(centring, h, k, l)) continue;
        const sum = h * h + k * k + l * l;
        weights.set(sum, (weights.get(sum) ?? 0) + multiplicity(h, k, l));
      }
    }
  }
  // Beyond reach^2 some triples are missing.
  const sums = [...weights.keys()].filter((sum) => sum <= reach * reach).sort((a, b) => a - b);
  const lines = sums.slice(0, most).flatMap((sum) => {
    const d = edge / Math.sqrt(sum);
    const twoTheta = bragg(wavelength, d);
    const fading = Math.exp(-THERMAL / (2 * d * d));
    return twoTheta === null ? [] : [{ twoTheta, height: (weights.get(sum) ?? 0) * fading }];
  });
  const strongest = Math.max(...lines.map(({ height }) => height));
  return lines.map((line) => ({ ...line, height: line.height / strongest }));
}
