import { type BoundJob, type Job, type PartLog, type Stream, slotLabel } from '../../core/job.js';
import type { Plan } from '../../core/plan.js';
import type { NamedArray, Provenance, Unfilled } from '../../core/sink.js';
import { frameBytes, type Stack } from '../../core/stack.js';
import { OutputPart } from '../../io/output.js';
import { PartJournal, readJournal } from '../../io/part-journal.js';
import { absolutePath } from '../../io/path.js';
import { leftBeside, Resumable, stateOf } from '../../io/resumable.js';
import { outlineOutput, type Target } from '../outputs.js';
import { checkSlots, type Destination, filesOfRun } from './destination.js';
import { differenceOf, partsDigest, type Signature, signatureOf } from './signature.js';

/** How far a run with `resume` is, or was when it ended. */
export interface Resumption {
  /** Files that hold what is done, under names such as `images.partial.h5`. */
  readonly files: readonly string[];
  readonly done: number;
  /** Of the whole run. */
  readonly parts: number;
  /** In the parts that earlier runs have done. */
  readonly framesBefore: number;
}

/** The first line of a journal. */
interface Setup {
  readonly signature: Signature;
  /** Where the elements of every array begin, by file. */
  readonly offsets: readonly (readonly number[])[];
  readonly bytes: readonly number[];
  /** Of the plan, as one number; absent while there is none. */
  readonly parts?: number;
}

/** What an earlier run left, or the first line of a new journal. */
interface Found {
  readonly setup: Setup;
  readonly done: ReadonlySet<number>;
}

/**
 * Files of a run that is done part by part, perhaps over several runs: made at the start as they will be in the end but for their numbers,
 * filled by the workers, renamed when every part is there.
 */
export class ResumableRun {
  readonly streams: readonly Stream[];
  readonly #files: Resumable;
  readonly #targets: readonly Target<Unfilled>[];
  readonly #job: Job;
  readonly #destination: Destination;
  readonly #found: Found;
  #journal: PartJournal | null = null;
  #isDone = false;
  #parts = 0;
  #framesBefore = 0;

  private constructor(
    job: Job,
    bound: BoundJob,
    files: Resumable,
    targets: readonly Target<Unfilled>[],
    found: Found,
    destination: Destination,
    provenance: Provenance,
  ) {
    this.#job = job;
    this.#destination = destination;
    this.#files = files;
    this.#targets = targets;
    this.#found = found;
    const { stack } = job.source.handle;
    this.streams = bound.slots.flatMap((one) => {
      if (one.slot.kind !== 'each') return [];
      const slot = slotLabel(one, bound.bound);
      const file = targets.findIndex(({ arrays }) => arrays.some(({ name }) => name === slot));
      const offset =
        found.setup.offsets[file]?.[targets[file]?.arrays.findIndex(({ name }) => name === slot) ?? 0] ?? 0;
      const results: Stack = { ...stack, frameShape: one.slot.shape, dtype: one.slot.dtype };
      const path = absolutePath(files.partials[file] ?? '');
      const sink = {
        stack: results,
        ref: { kind: 'region', path, offset, frameBytes: frameBytes(results) } as const,
        // The files get their names together, when what `finish` makes is in them, too.
        commit: async () => undefined,
        abort: () => undefined,
      };
      const { operator, values } = bound.bound[one.operator] ?? {};
      const revised = operator?.finish !== undefined && values !== undefined && (operator.revises?.(values) ?? true);
      return [{ slot, sink, provenance, ...(revised ? { recalled: true as const } : {}) }];
    });
  }

  /**
   * Finds what an earlier run left, or makes the files.
   *
   * @throws UsageError for operators and outputs that this is not for; SinkError for files of another job, or none that can be made
   */
  static async open(
    job: Job,
    bound: BoundJob,
    destination: Destination,
    provenance: Provenance,
  ): Promise<ResumableRun> {
    checkSlots(bound);
    const targets = filesOfRun(job, bound, destination);
    const files = new Resumable(
      targets.map(({ path }) => path),
      destination.overwrite,
    );
    const signature = signatureOf(
      job,
      bound,
      targets.flatMap(({ arrays }) => arrays),
      provenance,
    );
    const left = files.exist ? readJournal(files.journal) : null;
    if (left) {
      const setup = left.setup as Setup;
      const difference = differenceOf(setup.signature, signature);
      if (difference !== null) throw files.foreign(difference);
      if (files.partials.some((path, i) => stateOf(path)?.[0] !== setup.bytes[i]))
        throw files.foreign('of another size');
      return new ResumableRun(job, bound, files, targets, { setup, done: left.done }, destination, provenance);
    }
    if (files.exist) job.crew.warn(`${files.partials[0]} has no journal that can be read: everything is done again.`);
    try {
      const offsets: (readonly number[])[] = [];
      for (const [i, { arrays }] of targets.entries())
        offsets.push(await outlineOutput(files.partials[i] ?? '', arrays, provenance));
      const bytes = files.partials.map((path) => stateOf(path)?.[0] ?? 0);
      const made = { setup: { signature, offsets, bytes }, done: new Set<number>() };
      return new ResumableRun(job, bound, files, targets, made, destination, provenance);
    } catch (error) {
      files.abort();
      throw error;
    }
  }

  /** Starts to note parts. @throws SinkError when the plan has other parts than that of the earlier run */
  begin(plan: Plan): PartLog {
    const { setup, done } = this.#found;
    const parts = partsDigest(plan);
    if (setup.parts !== undefined && setup.parts !== parts) throw this.#files.foreign('cut into other parts');
    this.#parts = plan.parts.length - 1;
    for (const part of done) this.#framesBefore += (plan.parts[part + 1] ?? 0) - (plan.parts[part] ?? 0);
    const { journal, partials } = this.#files;
    this.#journal = PartJournal.open(journal, partials, { ...setup, parts }, done);
    if (done.size > 0 && this.#job.onBadFrame !== 'fail')
      this.#job.crew.warn('Damaged frames among the parts that were done before are not listed again.');
    return this.#journal;
  }

  get state(): Resumption {
    const done = this.#journal?.count ?? 0;
    return { files: this.#files.partials, done, parts: this.#parts, framesBefore: this.#framesBefore };
  }

  /** Writes what was finished in memory and gives the files their names. @throws SinkError */
  async commit(arrays: readonly NamedArray[]): Promise<readonly string[]> {
    const files = this.#files;
    files.check(this.#destination.overwrite);
    const finished = [...this.#destination.beside, ...arrays];
    const revised = new Set(this.streams.filter(({ recalled }) => recalled).map(({ slot }) => slot));
    this.#write(finished.filter(({ name }) => !revised.has(name)));
    await this.#journal?.close();
    // What is revised must not be taken for what workers wrote, and revised again, should this process be killed before it is done.
    if (revised.size > 0) this.#journal?.forget();
    this.#write(finished.filter(({ name }) => revised.has(name)));
    files.commit(this.#destination.overwrite);
    this.#isDone = true;
    return files.targets;
  }

  #write(arrays: readonly NamedArray[]): void {
    for (const [i, { arrays: placed }] of this.#targets.entries()) {
      const part = new OutputPart(this.#files.partials[i] ?? '');
      try {
        for (const [k, { name }] of placed.entries()) {
          const data = arrays.findLast((array) => array.name === name)?.data;
          if (data) part.write(data, this.#found.setup.offsets[i]?.[k] ?? 0);
        }
      } finally {
        part.close();
      }
    }
  }

  /** After a failure: notes what is done. @returns what stays, null when nothing was begun */
  async leave(): Promise<Resumption | null> {
    if (this.#isDone) return null;
    if (!this.#journal) {
      if (this.#found.setup.parts === undefined) this.#files.abort();
      return null;
    }
    // Why the run failed says more than that its last parts could not be noted.
    await this.#journal.close().catch(() => undefined);
    return this.state;
  }
}

/** Unfinished files that runs which can be gone on with left beside these targets. */
export function leftBy(targets: readonly string[]): readonly string[] {
  return targets.flatMap((target) => leftBeside(target) ?? []);
}
