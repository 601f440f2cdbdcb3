import { UsageError } from '../core/errors.js';
import type { AnyOperator, Prepared, Slot } from '../core/operator.js';
import { checkValues } from '../core/params.js';
import { makeStack, type Stack } from '../core/stack.js';

/** One output of an operator, its shape in words. */
export interface OutputOutline {
  readonly name: string;
  readonly kind: Slot['kind'];
  /** `scan`, `frame`, or for series `windows`, `channels`, `points`, or numbers, outermost first. */
  readonly shape: readonly string[];
  readonly dtype: string;
  readonly unit: string;
}

/** What one operator is, for lists, help and the docs page. */
export interface Outline {
  readonly name: string;
  readonly summary: string;
  readonly details: string;
  readonly frames: 'images' | 'series';
  readonly params: AnyOperator['params'];
  /** For the operator's first example, or its defaults. */
  readonly outputs: readonly OutputOutline[];
  readonly kernels: readonly string[];
  readonly tolerance: number;
  /** Partials are merged in part order. */
  readonly ordered: boolean;
}

// Extents that appear nowhere else, so that they can be told from an operator's own numbers.
const SCAN = [1019, 1021];
const FRAME = [1009, 1013];
const SAMPLE: Stack = makeStack([...SCAN, ...FRAME], 'float32', 2);

const [CHANNELS = 0, POINTS = 0] = FRAME;

/** What extents are of the results of series. */
const OF_SERIES = new Map([
  [CHANNELS, 'channels'],
  [POINTS, 'points'],
  [(CHANNELS * (CHANNELS - 1)) / 2, 'pairs of channels'],
]);

/** `[1009, 1013]` is `frame`, anything else its numbers; for series, 1009 is `channels` and 1013 `points`. */
function inWords(shape: readonly number[], ofSeries: boolean): string[] {
  if (ofSeries) return shape.map((extent) => OF_SERIES.get(extent) ?? String(extent));
  const words: string[] = [];
  for (let i = 0; i < shape.length; i++) {
    const pair = shape.slice(i, i + 2).join();
    if (pair === FRAME.join()) words.push('frame');
    else if (pair === SCAN.join()) words.push('scan');
    else {
      words.push(String(shape[i]));
      continue;
    }
    i++;
  }
  return words;
}

function describeSlot(name: string, slot: Slot, ofSeries: boolean): OutputOutline {
  const shape = inWords(slot.shape, ofSeries);
  return {
    name,
    kind: slot.kind,
    shape: slot.kind === 'each' ? [ofSeries ? 'windows' : 'scan', ...shape] : shape,
    dtype: slot.dtype,
    unit: slot.unit ?? '',
  };
}

async function outputsOf(operator: AnyOperator): Promise<OutputOutline[]> {
  const values = checkValues(operator.params, operator.examples?.[0] ?? {}, operator.name);
  const nothing = () => Promise.reject(new UsageError('no-array', 'An outline has no files and no frames.'));
  let slots: Readonly<Record<string, Slot>>;
  try {
    const prepared: Prepared =
      (await operator.prepare?.({
        stack: SAMPLE,
        values,
        detector: {},
        read: nothing,
        readText: nothing,
        load: nothing,
      })) ?? {};
    slots = operator.outputs(SAMPLE, values, prepared);
  } catch (error) {
    // Some outputs are known only for real input, and that is what the outline then says by leaving them out.
    if (error instanceof UsageError) return [];
    throw error;
  }
  return Object.entries(slots)
    .filter(([, slot]) => !slot.private)
    .map(([name, slot]) => describeSlot(name, slot, operator.frames === 'series'));
}

/** Describes an operator from its declaration alone. */
export async function outlineOf(operator: AnyOperator): Promise<Outline> {
  return {
    name: operator.name,
    summary: operator.summary,
    details: operator.details?.trim() ?? '',
    frames: operator.frames ?? 'images',
    params: operator.params,
    outputs: await outputsOf(operator),
    kernels: operator.kernels?.wasm ? ['wasm', 'ts'] : ['ts'],
    tolerance: operator.tolerance ?? 0,
    ordered: operator.ordered ?? false,
  };
}
