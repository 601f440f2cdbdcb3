import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseLayout, SERIAL_BYTES } from '../../dist/layouts/choose.js';

const yes = { ok: true, note: 'always' } as const;
const no = { ok: false, reason: 'there is no SharedArrayBuffer' } as const;
const LARGE = 2 ** 40;

test('large stacks go to threads', () => {
  expect(chooseLayout(LARGE, null, yes)).toMatchObject({ name: 'threads', fallbacks: [] });
  expect(chooseLayout(LARGE, 8, yes)).toMatchObject({ name: 'threads', fallbacks: [] });
});

test('one worker needs no thread of its own, however large the stack', () => {
  expect(chooseLayout(LARGE, 1, yes)).toMatchObject({ name: 'serial', fallbacks: [] });
  expect(chooseLayout(LARGE, 1, no)).toMatchObject({ name: 'serial', fallbacks: [] });
});

test('small stacks stay in the calling thread unless workers are asked for', () => {
  expect(chooseLayout(SERIAL_BYTES, null, yes).name).toBe('serial');
  expect(chooseLayout(SERIAL_BYTES + 1, null, yes).name).toBe('threads');
  expect(chooseLayout(1, 2, yes).name).toBe('threads');
});

test('without threads the calling thread does the work, and it is said why', () => {
  const { name, fallbacks, reason } = chooseLayout(LARGE, 4, no);
  expect(name).toBe('serial');
  expect(fallbacks).toEqual(['threads are not available (there is no SharedArrayBuffer): running in one thread.']);
  expect(reason).toContain('there is no SharedArrayBuffer');
});

test('every choice exists here, and a step down is told just when there was one', () => {
  const availability = fc.constantFrom(yes, no);
  const workers = fc.option(fc.integer({ min: 1, max: 512 }));
  fc.assert(
    fc.property(fc.maxSafeNat(), workers, availability, (bytes, count, threads) => {
      const choice = chooseLayout(bytes, count, threads);
      expect(choice.name === 'threads' && !threads.ok).toBe(false);
      const wished = count !== 1 && (count !== null || bytes > SERIAL_BYTES);
      expect(choice.fallbacks.length).toBe(wished && !threads.ok ? 1 : 0);
      expect(choice.name).toBe(wished && threads.ok ? 'threads' : 'serial');
      expect(choice.reason).toMatch(/^(serial|threads): .+\.$/);
      expect(chooseLayout(bytes, count, threads)).toEqual(choice);
    }),
  );
});
