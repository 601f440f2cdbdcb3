/** Text and numbers of a name in turn, beginning with text: `scan_007.h5` is `scan_`, `007`, `.h5`. */
function pieces(name: string): readonly string[] {
  return name.split(/(\d+)/);
}

/** Compares the digits of two numbers of any length. */
function compareDigits(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (x.length !== y.length) return x.length - y.length;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The order a person gives numbered names: `part2` before `part10`. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [pieces(a), pieces(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? '', right[i] ?? ''];
    const order = i % 2 === 1 ? compareDigits(x, y) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return order;
  }
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** A place in a numbered series where names are missing. */
export interface Gap {
  /** The names there should be, at most five of them. */
  readonly names: readonly string[];
  readonly count: number;
  readonly before: string;
  readonly after: string;
}

const SHOWN_NAMES = 5;

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/**
 * Where numbered names leave something out. Names in which something else than one number varies are no numbered
 * series, and have no gaps; three names and more may count in larger steps (0, 10, 20).
 *
 * @param names in natural order
 */
export function gapsIn(names: readonly string[]): readonly Gap[] {
  const all = names.map(pieces);
  const model = all[0] ?? [];
  if (all.some((parts) => parts.length !== model.length)) return [];
  const varying = model.map((_, i) => i).filter((i) => all.some((parts) => parts[i] !== model[i]));
  const [column = 0, ...others] = varying;
  if (others.length > 0 || column % 2 === 0) return [];
  const texts = all.map((parts) => parts[column] ?? '');
  const numbers = texts.map(Number);
  if (!numbers.every(Number.isSafeInteger)) return [];
  const steps = numbers.slice(1).map((number, i) => number - (numbers[i] ?? 0));
  const step = steps.length > 1 ? Math.max(1, steps.reduce(commonDivisor, 0)) : 1;
  const width = texts.every((text) => text.length === texts[0]?.length) ? (texts[0]?.length ?? 0) : 0;
  const named = (number: number): string =>
    model.map((part, i) => (i === column ? String(number).padStart(width, '0') : part)).join('');
  return steps.flatMap((distance, i) => {
    const count = distance / step - 1;
    if (count < 1) return [];
    const first = (numbers[i] ?? 0) + step;
    const shown = Array.from({ length: Math.min(count, SHOWN_NAMES) }, (_, k) => named(first + k * step));
    return [{ names: shown, count, before: names[i] ?? '', after: names[i + 1] ?? '' }];
  });
}

/** `b.h5, c.h5 and 4 more`. */
export function listGap({ names, count }: Gap): string {
  return names.join(', ') + (count > names.length ? ` and ${count - names.length} more` : '');
}
