import { UsageError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { checkValues, type RawValues } from '../../core/params.js';
import type { NamedArray } from '../../core/sink.js';
import type { GeneratorValues, Source, SourceHandle } from '../../core/source.js';
import { formatShape } from '../../core/stack.js';
import counts from './counts.js';
import fmri from './fmri.js';
import type { Companion, FrameWriter, Generator } from './generator.js';
import random from './random.js';
import rings from './rings.js';
import series from './series-stack.js';
import stem from './stem.js';

/** All kinds of generated stacks. */
export const GENERATORS: readonly Generator[] = [random, counts, stem, rings, fmri, series];

type GeneratedHandle = Extract<SourceHandle, { kind: 'generated' }>;

/** @throws UsageError naming the nearest kind */
export function findGenerator(kind: string): Generator {
  const found = GENERATORS.find((generator) => generator.name === kind);
  if (found) return found;
  const names = GENERATORS.map((generator) => generator.name);
  const guess = nearest(kind, names);
  throw new UsageError(
    'unknown-kind',
    `There is no generated stack '${kind}'. Kinds are ${names.join(', ')}.${guess ? ` Did you mean ${guess}?` : ''}`,
    { kind },
  );
}

function checkShape(shape: readonly number[]): void {
  if (shape.length >= 2 && shape.length <= 8 && shape.every((extent) => Number.isSafeInteger(extent) && extent > 0))
    return;
  throw new UsageError(
    'bad-shape',
    `A stack of ${formatShape(shape)} cannot be made. Give 2 to 8 extents such as 64x64x128x128.`,
  );
}

/**
 * A source that is computed while it is read.
 *
 * @param shape full shape, frame included
 * @param dtype one of the generator's, or undefined for its usual one
 * @param seed whole number from 0 on; equal seeds give equal bytes
 * @throws UsageError for an unknown kind, shape, dtype or value
 */
export function openSynthetic(
  kind: string,
  shape: readonly number[],
  dtype: string | undefined,
  seed: number,
  raw: RawValues = {},
): Source {
  const generator = findGenerator(kind);
  checkShape(shape);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new UsageError('bad-seed', `--seed takes a whole number from 0 on, not ${seed}.`, { seed });
  }
  const known = generator.dtypes.find((one) => one === dtype);
  if (dtype !== undefined && known === undefined) {
    throw new UsageError('bad-dtype', `${kind} makes ${generator.dtypes.join(', ')}, not ${dtype}.`, { dtype });
  }
  const values = checkValues(generator.params, raw, `make --kind ${kind}`);
  const stack = generator.stack(shape, values, known);
  const affine = generator.affine?.(stack, values);
  return {
    format: 'generated',
    location: `generated:${kind}`,
    notes: [`${generator.summary}; seed ${seed}`],
    handle: { kind: 'generated', stack, generator: kind, values: { ...(values as GeneratorValues), seed } },
    ...(affine ? { affine } : {}),
  };
}

function parts({ generator, values }: GeneratedHandle) {
  const { seed, ...own } = values;
  const found = findGenerator(generator);
  return { generator: found, values: checkValues(found.params, own, generator), seed: Number(seed ?? 0) };
}

/** A worker's end of a generated source. */
export function attachSynthetic(handle: GeneratedHandle): FrameWriter {
  const { generator, values, seed } = parts(handle);
  return generator.makeWriter(handle.stack, values, seed);
}

/** What is known about a generated stack without looking at a frame; empty when nothing is. */
export function syntheticTruth(handle: GeneratedHandle): readonly NamedArray[] {
  const { generator, values, seed } = parts(handle);
  return generator.truth?.(handle.stack, values, seed) ?? [];
}

/** Text files that belong beside a generated stack; empty for most kinds. */
export function syntheticCompanions(handle: GeneratedHandle): readonly Companion[] {
  const { generator, values, seed } = parts(handle);
  return generator.beside?.(handle.stack, values, seed) ?? [];
}

/** Extension of the table that the truth goes to, beside a generated stack; undefined for kinds without one. */
export function syntheticTable(handle: GeneratedHandle): string | undefined {
  return findGenerator(handle.generator).table;
}
