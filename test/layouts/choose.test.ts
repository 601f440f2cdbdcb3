import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeStack, product } from '../../dist/core/stack.js';
import { openMemory } from '../../dist/formats/memory.js';
import { chooseLayout, SERIAL_BYTES, SERIAL_FLOPS } from '../../dist/layouts/choose.js';
import { makeJob } from '../../dist/layouts/local.js';

const yes = { ok: true, note: 'always' } as const;
const no = { ok: false, reason: 'there is no SharedArrayBuffer' } as const;
const bytes = (count: number) => ({ bytes: count, flops: 0 });
const LARGE = bytes(2 ** 40);

test('large stacks go to threads', () => {
  expect(chooseLayout(LARGE, null, yes)).toMatchObject({ name: 'threads', fallbacks: [] });
  expect(chooseLayout(LARGE, 8, yes)).toMatchObject({ name: 'threads', fallbacks: [] });
});

test('one worker needs no thread of its own, however large the stack', () => {
  expect(chooseLayout(LARGE, 1, yes)).toMatchObject({ name: 'serial', fallbacks: [] });
  expect(chooseLayout(LARGE, 1, no)).toMatchObject({ name: 'serial', fallbacks: [] });
});

test('small stacks stay in the calling thread unless workers are asked for', () => {
  expect(chooseLayout(bytes(SERIAL_BYTES), null, yes).name).toBe('serial');
  expect(chooseLayout(bytes(SERIAL_BYTES + 1), null, yes).name).toBe('threads');
  expect(chooseLayout(bytes(1), 2, yes).name).toBe('threads');
});

test('few bytes with much arithmetic go to threads', () => {
  expect(chooseLayout({ bytes: 1, flops: SERIAL_FLOPS }, null, yes).name).toBe('serial');
  expect(chooseLayout({ bytes: 1, flops: SERIAL_FLOPS + 1 }, null, yes).name).toBe('threads');
  expect(chooseLayout({ bytes: 1, flops: 2 * SERIAL_FLOPS }, 1, yes).name).toBe('serial');
  expect(chooseLayout({ bytes: 1, flops: 2 * SERIAL_FLOPS }, null, no).fallbacks).toHaveLength(1);
});

test('registration says that it is such arithmetic: a short series runs on threads, a single small image does not', async () => {
  const layoutOf = async (operator: string, shape: readonly number[]) => {
    const source = openMemory(makeStack(shape, 'uint8', 3), new Uint8Array(product(shape)));
    const { job } = await makeJob(source, [{ name: operator, values: {} }], {});
    return job.layout.name;
  };
  expect(await layoutOf('register', [25, 33, 64, 64])).toBe('threads');
  expect(await layoutOf('register', [2, 5, 8, 8])).toBe('serial');
  expect(await layoutOf('mean', [25, 33, 64, 64])).toBe('serial');
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
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), workers, availability, (size, flops, count, threads) => {
      const amount = { bytes: size, flops };
      const choice = chooseLayout(amount, count, threads);
      expect(choice.name === 'threads' && !threads.ok).toBe(false);
      const wished = count !== 1 && (count !== null || size > SERIAL_BYTES || flops > SERIAL_FLOPS);
      expect(choice.fallbacks.length).toBe(wished && !threads.ok ? 1 : 0);
      expect(choice.name).toBe(wished && threads.ok ? 'threads' : 'serial');
      expect(choice.reason).toMatch(/^(serial|threads): .+\.$/);
      expect(chooseLayout(amount, count, threads)).toEqual(choice);
    }),
  );
});
