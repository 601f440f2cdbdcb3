/** Shortest decimal that reads back as the same number of the array's own precision; `nan`, `inf`, `-inf` as NumPy. */
export function formatNumber(value: number, single: boolean): string {
  if (!single || Number.isInteger(value) || !Number.isFinite(value)) {
    return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  }
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}
