import { randomNumbers } from './guarded.js';

/** `count` damaged forms of `streams`: flipped bits, cut short, spliced from two, random bytes behind a true start. */
export function* damaged(streams: readonly Uint8Array[], count: number, seed: number): Generator<Uint8Array> {
  const next = randomNumbers(seed);
  const pick = () => streams[Math.floor(next() * streams.length)] ?? new Uint8Array();
  for (let run = 0; run < count; run++) {
    const stream = Uint8Array.from(pick());
    const way = run % 8;
    if (way === 0) {
      yield stream.subarray(0, next() * stream.length);
    } else if (way === 1) {
      const other = pick();
      yield Buffer.concat([stream.subarray(0, next() * stream.length), other.subarray(next() * other.length)]);
    } else if (way === 2) {
      const kept = Math.floor(next() * Math.min(40, stream.length));
      yield stream.map((byte, i) => (i < kept ? byte : next() * 256));
    } else {
      // Often near the start, where the headers are.
      const within = way % 2 ? stream.length : Math.min(48, stream.length);
      for (let flips = 1 + Math.floor(next() * 3); flips > 0; flips--) {
        const at = Math.floor(next() * within);
        stream[at] = (stream[at] ?? 0) ^ (1 << Math.floor(next() * 8));
      }
      yield stream;
    }
  }
}
