const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * How an image must be turned to stand upright, 1 (not at all) to 8, by its EXIF data: a small TIFF, with or without the
 * six bytes in front that JPEG gives it. 1 for data that make no sense.
 */
export function orientationOf(exif: DataView): number {
  const has = (at: number, length: number) => at >= 0 && at + length <= exif.byteLength;
  const start = has(0, 4) && exif.getUint32(0) === 0x45786966 ? 6 : 0;
  if (!has(start, 8)) return 1;
  const order = exif.getUint16(start);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = start + exif.getUint32(start + 4, little);
  if (!has(directory, 2)) return 1;
  const entries = exif.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12;
    if (!has(at, 12)) return 1;
    if (exif.getUint16(at, little) !== ORIENTATION || exif.getUint16(at + 2, little) !== SHORT) continue;
    const value = exif.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** What was done about an orientation; nothing to say of an image that stands upright. */
export function turnedNote(orientation: number): readonly string[] {
  return orientation === 1 ? [] : [`turned upright, as EXIF orientation ${orientation} says`];
}
