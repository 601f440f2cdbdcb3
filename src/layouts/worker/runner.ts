import type { Arena } from '../../core/arena.js';
import { allocate, type NumericArray } from '../../core/dtype.js';
import { Stopped } from '../../core/errors.js';
import type { BoundSlot, Partial, Task, WorkerReport } from '../../core/layout.js';
import { neutral } from '../../core/merge.js';
import type { Prepared, Tile } from '../../core/operator.js';
import { checkValues } from '../../core/params.js';
import type { FrameReader } from '../../core/source.js';
import { framePixels, product } from '../../core/stack.js';
import { BY_ITSELF, type Member, type SharedPlace } from '../../core/team.js';
import { attachSource } from '../../formats/registry.js';
import { loadOperator } from '../../operators/load.js';
import { makeReady, processTile, type Ready } from './ready.js';
import type { EachTarget } from './targets.js';

/** One operator with the arrays it writes to. */
interface Bound {
  readonly ready: Ready;
  readonly out: Readonly<Record<string, NumericArray>>;
}

interface WholeSlot {
  readonly slot: BoundSlot;
  readonly array: NumericArray;
}

interface EachSlot {
  readonly array: NumericArray;
  readonly size: number;
  /** Null in members of a team whose result is not the one that counts. */
  readonly target: EachTarget | null;
}

/** What the worker tells while it runs, and what it must obey. */
export interface RunnerHooks {
  /** Asked before every tile. */
  stopped(): boolean;
  onFrames(count: number): void;
}

/** Runs parts of one pass: reads blocks, cuts tiles, lets the operators process them. The same on every CPU layout. */
export class PartRunner {
  readonly #task: Task;
  readonly #reader: FrameReader;
  readonly #ready: readonly Bound[];
  readonly #each: readonly EachSlot[];
  readonly #whole: readonly WholeSlot[];
  readonly #hooks: RunnerHooks;
  readonly #member: Member;
  readonly #worker: number;
  readonly #replica: number;
  #covered: number[] = [];
  #parts = 0;
  #frames = 0;
  #computeSeconds = 0;
  #writeSeconds = 0;
  #started = 0;

  private constructor(
    task: Task,
    worker: number,
    reader: FrameReader,
    ready: readonly Bound[],
    each: readonly EachSlot[],
    whole: readonly WholeSlot[],
    hooks: RunnerHooks,
    member: Member,
  ) {
    this.#task = task;
    this.#member = member;
    this.#worker = worker;
    this.#replica = replicaOf(task, worker);
    this.#reader = reader;
    this.#ready = ready;
    this.#each = each;
    this.#whole = whole;
    this.#hooks = hooks;
  }

  /**
   * Opens the source and prepares the operators in `arena`.
   *
   * @param targets one per slot of the task; null for slots that are not `each`, and in members of a team but the first
   * @param shared the team this worker belongs to; every member runs the same parts
   */
  static async open(
    task: Task,
    worker: number,
    prepared: readonly Prepared[],
    targets: readonly (EachTarget | null)[],
    arena: Arena,
    hooks: RunnerHooks,
    shared?: SharedPlace,
  ): Promise<PartRunner> {
    const { stack } = task.source;
    const { tileFrames } = task.plan;
    const each: EachSlot[] = [];
    const whole: WholeSlot[] = [];
    const outs: Record<string, NumericArray>[] = task.operators.map(() => ({}));
    for (const [i, slot] of task.slots.entries()) {
      const out = outs[slot.operator];
      const size = product(slot.slot.shape);
      const target = targets[i] ?? null;
      if (!out) continue;
      if (slot.slot.kind === 'each') {
        const array = arena.array(slot.slot.dtype, size * tileFrames);
        each.push({ array, size, target });
        out[slot.name] = array;
      } else if (slot.slot.kind === 'whole') {
        const array = arena.array(slot.slot.dtype, size);
        array.fill(neutral(slot.slot));
        whole.push({ slot, array });
        out[slot.name] = array;
      }
    }
    const ready: Bound[] = [];
    for (const [i, ref] of task.operators.entries()) {
      const operator = await loadOperator(ref);
      const values = checkValues(operator.params, ref.values, operator.name);
      const one = makeReady(operator, values, stack, task.kernel, prepared[i] ?? {}, arena);
      ready.push({ ready: one, out: outs[i] ?? {} });
    }
    const replica = replicaOf(task, worker);
    const reader = await attachSource(task.source, arena, {
      blockFrames: task.plan.blockFrames,
      direct: task.direct,
      onBadFrame: task.onBadFrame,
      replica: replica === 0 ? null : (task.replicas[replica - 1] ?? null),
      kernel: task.kernel,
      ...(shared ? { shared } : {}),
    });
    return new PartRunner(task, worker, reader, ready, each, whole, hooks, shared?.member ?? BY_ITSELF);
  }

  /** @throws Stopped when the host asked to stop; FanfoldError when reading or processing failed */
  run(part: number): void {
    for (const _ of this.steps(part));
  }

  /** The same with a pause after every block, for a thread that must also listen to others. */
  *steps(part: number): Generator<void> {
    if (this.#parts === 0) this.#started = performance.now();
    const { parts, blockFrames } = this.#task.plan;
    const end = parts[part + 1] ?? 0;
    this.#reader.expect?.(parts[part] ?? 0, end - (parts[part] ?? 0));
    for (let frame = parts[part] ?? 0; frame < end; ) {
      const stop = Math.min(end, this.#reader.blockEnd(frame, Math.min(blockFrames, end - frame)));
      this.#runBlock(frame, stop - frame);
      frame = stop;
      yield;
    }
    this.#covered.push(part);
    this.#parts++;
  }

  #runBlock(first: number, count: number): void {
    const pixels = framePixels(this.#task.source.stack);
    const data = this.#reader.load(first, count);
    const { tileFrames } = this.#task.plan;
    for (let k = 0; k < count; k += tileFrames) {
      if (this.#hooks.stopped()) throw new Stopped();
      const frames = Math.min(tileFrames, count - k);
      const part = frames === count ? data : data.subarray(k * pixels, (k + frames) * pixels);
      this.#runTile({ data: part, first: first + k, count: frames, team: this.#member });
    }
    this.#frames += count;
    if (this.#member.rank === 0) this.#hooks.onFrames(count);
  }

  #runTile(tile: Tile): void {
    const started = performance.now();
    const waited = this.#member.waitSeconds;
    for (const { ready, out } of this.#ready) processTile(ready, tile, out);
    const computed = performance.now();
    for (const { array, size, target } of this.#each) {
      target?.write(
        tile.first,
        tile.count === this.#task.plan.tileFrames ? array : array.subarray(0, tile.count * size),
      );
    }
    this.#computeSeconds += (computed - started) / 1000 - (this.#member.waitSeconds - waited);
    this.#writeSeconds += (performance.now() - computed) / 1000;
  }

  /** Hands over what has been accumulated since the last call, entries written, and starts again from nothing. */
  takePartial(): Partial {
    const began = performance.now();
    for (const { target } of this.#each) target?.flush();
    this.#writeSeconds += (performance.now() - began) / 1000;
    const whole = this.#whole.map(({ slot, array }) => {
      const copy = allocate(slot.slot.dtype, array.length);
      copy.set(array);
      array.fill(neutral(slot.slot));
      return copy;
    });
    const parts = this.#covered;
    this.#covered = [];
    return { parts, whole };
  }

  /** Closes the source and the outputs. */
  finish(waitSeconds: number): WorkerReport {
    const { statistics } = this.#reader;
    const closed = performance.now();
    const entries = this.#each.map(({ target }) => target?.close() ?? null).find((entry) => entry !== null) ?? null;
    this.#writeSeconds += (performance.now() - closed) / 1000;
    this.#reader.close();
    return {
      worker: this.#worker,
      readSeconds: statistics.readSeconds,
      decodeSeconds: statistics.decodeSeconds,
      computeSeconds: this.#computeSeconds,
      writeSeconds: this.#writeSeconds,
      wallSeconds: this.#parts === 0 ? 0 : (performance.now() - this.#started) / 1000,
      waitSeconds: waitSeconds + this.#member.waitSeconds,
      bytesRead: statistics.bytes,
      // A frame that is shared counts once.
      frames: this.#member.rank === 0 ? this.#frames : 0,
      parts: this.#member.rank === 0 ? this.#parts : 0,
      badFrames: [...statistics.badFrames],
      replica: this.#replica,
      entries,
      processPeakBytes: 0,
    };
  }
}

/** Workers, or teams of them, are spread evenly over the copies of a source; 0 is the source itself. */
function replicaOf(task: Task, worker: number): number {
  return Math.floor((task.firstWorker + worker) / task.plan.team) % (task.replicas.length + 1);
}
