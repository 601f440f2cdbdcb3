/** What is added up: sqrt(x) + x^2 over the elements from `start` up to `stop`. */
export function sumOf(numbers: Float64Array, start: number, stop: number): number {
  let total = 0;
  for (let i = start; i < stop; i++) {
    const x = numbers[i] ?? 0;
    total += Math.sqrt(x) + x * x;
  }
  return total;
}

/**
 * Where parts begin and end: `parts + 1` numbers from 0 to `count`. Every element is in exactly one part, whether or not they
 * come out even; lengths differ by one at most.
 */
export function cut(count: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, part) => Math.floor((part * count) / parts));
}
