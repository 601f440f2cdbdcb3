/** Modules with gaps between them, in pixels. */
export interface ModuleLayout {
  readonly rows: number;
  readonly columns: number;
  readonly rowGap: number;
  readonly columnGap: number;
  /** Dead columns in the middle of every module: counted from half its width, first before which and how many. */
  readonly seam?: readonly [before: number, width: number];
}

/** A detector with a name: a plain grid of pixels. */
export interface NamedDetector {
  /** Its name in PONI files. */
  readonly name: string;
  /** Rows, columns. */
  readonly shape: readonly [number, number];
  /** Size in metres along the slow (rows) and the fast (columns) direction. */
  readonly pixel: readonly [number, number];
  readonly modules?: ModuleLayout;
  /** Only the inscribed circle sees anything. */
  readonly isRound?: boolean;
}

const pilatus: ModuleLayout = { rows: 195, columns: 487, rowGap: 17, columnGap: 7 };
const pilatusCdTe: ModuleLayout = { ...pilatus, seam: [1, 3] };
const eiger: ModuleLayout = { rows: 514, columns: 1030, rowGap: 37, columnGap: 10 };
const eiger2: ModuleLayout = { rows: 512, columns: 1028, rowGap: 38, columnGap: 12 };
const eiger2CdTe: ModuleLayout = { ...eiger2, seam: [1, 2] };
const lambda: ModuleLayout = { rows: 516, columns: 516, rowGap: 6, columnGap: 6 };
const maxipix: ModuleLayout = { rows: 256, columns: 256, rowGap: 4, columnGap: 4 };

/** One family: its pixel size in micrometres, its modules if any, and the rows and columns of its members. */
function family(
  micrometres: number,
  kind: ModuleLayout | 'round' | null,
  members: Readonly<Record<string, readonly [number, number]>>,
): NamedDetector[] {
  const pixel = Number(`${micrometres}e-6`);
  return Object.entries(members).map(([name, shape]) => ({
    name,
    shape,
    pixel: [pixel, pixel],
    ...(kind === 'round' ? { isRound: true } : kind && { modules: kind }),
  }));
}

/**
 * Detectors whose pixels are a plain grid, with the sizes pyFAI 0.21 gives them (Eiger2 250k: later ones). Cameras that bin
 * stand with the shape and the pixel size of their usual mode.
 */
export const detectorTable: readonly NamedDetector[] = [
  ...family(172, pilatus, {
    Pilatus100k: [195, 487],
    Pilatus200k: [407, 487],
    Pilatus300k: [619, 487],
    Pilatus300kw: [195, 1475],
    Pilatus1M: [1043, 981],
    Pilatus2M: [1679, 1475],
    Pilatus6M: [2527, 2463],
  }),
  ...family(172, pilatusCdTe, {
    PilatusCdTe300k: [619, 487],
    PilatusCdTe300kw: [195, 1475],
    PilatusCdTe900kw: [195, 4439],
    PilatusCdTe1M: [1043, 981],
    PilatusCdTe2M: [1679, 1475],
  }),
  ...family(75, eiger, {
    Eiger500k: [514, 1030],
    Eiger1M: [1065, 1030],
    Eiger4M: [2167, 2070],
    Eiger9M: [3269, 3110],
    Eiger16M: [4371, 4150],
  }),
  ...family(75, eiger2, {
    Eiger2_250k: [512, 512],
    Eiger2_500k: [512, 1028],
    Eiger2_1M: [1062, 1028],
    Eiger2_1MW: [512, 2068],
    Eiger2_2MW: [512, 4148],
    Eiger2_4M: [2162, 2068],
    Eiger2_9M: [3262, 3108],
    Eiger2_16M: [4362, 4148],
  }),
  ...family(75, eiger2CdTe, {
    Eiger2CdTe_500k: [512, 1028],
    Eiger2CdTe_1M: [1062, 1028],
    Eiger2CdTe_1MW: [512, 2068],
    Eiger2CdTe_2MW: [512, 4148],
    Eiger2CdTe_4M: [2162, 2068],
    Eiger2CdTe_9M: [3262, 3108],
    Eiger2CdTe_16M: [4362, 4148],
  }),
  ...family(55, lambda, {
    Lambda60k: [256, 256],
    Lambda250k: [516, 516],
    Lambda750k: [516, 1554],
    Lambda2M: [1554, 1554],
  }),
  ...family(55, maxipix, { Maxipix: [256, 256], Maxipix2x2: [516, 516], Maxipix5x1: [256, 1296] }),
  ...family(64, 'round', { Rayonix133: [2048, 2048] }),
  ...family(39.5, 'round', { RayonixSx165: [4096, 4096] }),
  ...family(100, 'round', { Mar345: [3450, 3450] }),
  ...family(308, null, { Pixium: [955, 1240] }),
  ...family(200, null, { Perkin: [2048, 2048] }),
  ...family(75, null, { Dexela2923: [3888, 3072] }),
  ...family(139, null, { Mar555: [3072, 2560] }),
  ...family(82, null, { ADSC_Q4: [2304, 2304] }),
  ...family(51, null, { ADSC_Q210: [4096, 4096], ADSC_Q315: [6144, 6144] }),
  ...family(64.8, null, { ADSC_Q270: [4168, 4168] }),
  ...family(150, null, {
    HF_130K: [256, 512],
    HF_262k: [512, 512],
    HF_1M: [1024, 1024],
    HF_2M: [1536, 1536],
    HF_4M: [2048, 2048],
    HF_9M: [3072, 3072],
  }),
  ...family(60, null, { Titan: [2048, 2048] }),
  ...family(120, null, { Apex2: [512, 512] }),
  ...family(15, null, { Fairchild: [4096, 4096] }),
  ...family(73.242, null, { RayonixMx225: [3072, 3072], RayonixMx300: [4096, 4096] }),
  ...family(78.125, null, { RayonixMx225hs: [2880, 2880], RayonixMx300hs: [3840, 3840] }),
  ...family(44.2708, null, {
    RayonixLx170: [1920, 3840],
    RayonixLx255: [1920, 5760],
    RayonixMx170: [3840, 3840],
    RayonixMx425hs: [9600, 9600],
    RayonixSx85hs: [1920, 1920],
  }),
  ...family(79.346, null, { RayonixMx325: [4096, 4096] }),
  ...family(88.5417, null, { RayonixMx340hs: [3840, 3840] }),
  ...family(48, null, { RayonixSx200: [4096, 4096] }),
  ...family(15.625, null, { RayonixSx30hs: [1920, 1920] }),
];
