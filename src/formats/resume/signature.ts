import type { BoundJob, Job } from '../../core/job.js';
import type { Plan } from '../../core/plan.js';
import type { Provenance, Unfilled } from '../../core/sink.js';
import { filesOf } from '../../core/source.js';
import { checksum, stateOf } from '../../io/resumable.js';
import { splitDataset } from '../location.js';

/** Everything that decides the bytes of a result, by what it is called when it differs. */
export type Signature = Readonly<Record<keyof typeof DIFFERENCES, string | number>>;

const DIFFERENCES = {
  version: 'by another version of fanfold',
  recipe: 'with another recipe',
  source: 'from a source that is another one or has changed since',
  prepared: 'with files of parameters that have changed since',
  results: 'for other results',
} as const;

/** So much goes into a checksum at a time. */
const STEP = 2 ** 30;

function arrayDigest({ buffer, byteOffset, byteLength }: ArrayBufferView): readonly number[] {
  let sum = 0;
  for (let at = 0; at < byteLength; at += STEP)
    sum = checksum(new Uint8Array(buffer, byteOffset + at, Math.min(STEP, byteLength - at)), sum);
  return [byteLength, sum];
}

/** One number for plain data with arrays in it. */
function digest(value: unknown): number {
  const text = JSON.stringify(value, (_, one: unknown) => (ArrayBuffer.isView(one) ? arrayDigest(one) : one));
  return checksum(new TextEncoder().encode(text), 0);
}

/** The signature of a run. */
export function signatureOf(
  job: Job,
  { bound }: BoundJob,
  results: readonly Unfilled[],
  { version, recipe }: Provenance,
): Signature {
  const { source, kernel, onBadFrame } = job;
  const modules = job.operators.flatMap(({ module }) => module ?? []);
  const files = new Set([splitDataset(source.location).path, ...filesOf(source.handle), ...modules]);
  return {
    version,
    recipe,
    source: digest([source.handle, [...files].map((path) => [path, stateOf(path)])]),
    prepared: digest(bound.map(({ prepared }) => prepared)),
    results: digest([results, kernel, onBadFrame]),
  };
}

/** What tells two signatures apart, in words; null when nothing does. */
export function differenceOf(one: Partial<Signature>, other: Signature): string | null {
  const names = Object.keys(DIFFERENCES) as (keyof Signature)[];
  const differs = names.find((name) => one[name] !== other[name]);
  return differs === undefined ? null : DIFFERENCES[differs];
}

/** The same for the parts of a plan, as one number. */
export const partsDigest = ({ parts }: Plan): number => digest(parts);
