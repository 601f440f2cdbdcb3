import { dtypeOfArray } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { BoundJob, Job } from '../../core/job.js';
import { nameSlot } from '../../core/named.js';
import type { NamedArray, Unfilled } from '../../core/sink.js';
import type { Folder } from '../output-folder.js';
import { checkOutline, isArchive, type Target, targetsOf } from '../outputs.js';

/** Refuses what cannot be done part by part over several runs. @throws UsageError */
export function checkSlots({ bound, slots }: BoundJob): void {
  const again = bound.find(({ operator }) => operator.again);
  const whole = slots.find(({ slot }) => slot.kind === 'whole' || (slot.kind === 'each' && slot.private));
  const name = again?.operator.name ?? (whole && bound[whole.operator]?.operator.name);
  if (name === undefined) return;
  const why = again ? 'may go over the frames several times' : `adds up over frames ('${whole?.name}')`;
  throw new UsageError(
    'no-resume',
    `${name} ${why}, in memory until it ends: leave --resume out. It is for results with an entry for each frame, as of gaf, mask, com or azimuthal.`,
    { operator: name },
  );
}

/** Where the results of a run go. */
export interface Destination {
  readonly outputs: readonly string[];
  readonly folder: Folder | null;
  readonly overwrite: boolean;
  /** Arrays that are written beside the results where a format takes them. */
  readonly beside: readonly NamedArray[];
}

const unfilled = ({ data, ...array }: NamedArray): Unfilled => ({ ...array, dtype: dtypeOfArray(data) });

/** Files of a run and the results that go to each. @throws UsageError */
export function filesOfRun(job: Job, bound: BoundJob, { outputs, folder, beside }: Destination): Target<Unfilled>[] {
  const named = bound.slots.filter(({ slot }) => !slot.private).map((slot) => nameSlot(job, bound, slot));
  const [output, ...more] = outputs;
  if (folder && output === undefined) {
    const unplaced = named.find(({ name }) => folder.slots[name] === undefined);
    for (const path of Object.values(folder.slots)) checkOutline(path);
    if (!unplaced) return named.map((array) => ({ path: folder.slots[array.name] ?? '', arrays: [array] }));
    throw new UsageError(
      'no-resume',
      `'${unplaced.name}' has no file of its own in ${folder.path}: leave --resume out.`,
    );
  }
  if (folder || output === undefined || more.length > 0)
    throw new UsageError('no-resume', '--resume writes one output: give one -o FILE, or one folder.');
  checkOutline(output);
  const others = isArchive(output) ? beside.filter(({ name }) => !named.some((one) => one.name === name)) : [];
  return targetsOf(output, [...named, ...others.map(unfilled)]);
}
