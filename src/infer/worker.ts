import type { InferenceSession } from 'onnxruntime-node';
import { asFanfoldError, FanfoldError, OperatorError } from '../core/errors.js';
import type { Image } from './image.js';
import type { Answer, NetworkOrder, Scored, SourceOrder, Spent, Task } from './messages.js';
import { holdsNaN, prepareInto, sizeOf } from './preprocess.js';
import { Frames, ImageFiles } from './read-image.js';
import { loadRuntime, openNetwork, type Runtime } from './runtime.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An image that was prepared, and those like it that go through the network together. */
interface Group {
  readonly size: readonly [number, number];
  /** Places of the images in the task. */
  readonly places: number[];
}

/** @returns rows and columns, or why there are none */
function sizeOrFailure(image: Image, { preparation }: Task): Group['size'] | FanfoldError {
  try {
    return sizeOf(image, preparation);
  } catch (error) {
    return asFanfoldError(error, 'Preparing it');
  }
}

const NO_NUMBERS = new OperatorError('nan', 'the network gave NaN: its weights, or the image, may be damaged').toWire();

/** What one worker does: reads images, prepares them in memory of its own, and runs a network over them. */
export class ImageWorker {
  readonly #networks = new Map<number, InferenceSession>();
  readonly #sources = new Map<number, SourceOrder>();
  readonly #frames = new Map<number, Promise<Frames>>();
  readonly #files = new ImageFiles();
  #runtime: Promise<Runtime> | null = null;
  /** Prepared images. The runtime takes none on shared memory, so that they are written here and nowhere else. */
  #staging = new Float32Array(0);

  /** Opens a network and keeps it. @throws FanfoldError as `openNetwork` */
  async open(order: NetworkOrder): Promise<Answer> {
    this.#runtime ??= loadRuntime();
    const opened = await openNetwork(await this.#runtime, order);
    const { number } = order;
    this.#networks.set(number, opened.session);
    const { declared, provider, reason } = opened;
    return { kind: 'opened', network: number, declared, provider, reason };
  }

  async forget(number: number): Promise<void> {
    const session = this.#networks.get(number);
    this.#networks.delete(number);
    await session?.release();
  }

  source(order: SourceOrder): void {
    this.#sources.set(order.number, order);
  }

  async drop(number: number): Promise<void> {
    const frames = await this.#frames.get(number);
    this.#frames.delete(number);
    this.#sources.delete(number);
    frames?.close();
  }

  async #framesOf(number: number): Promise<Frames> {
    const order = this.#sources.get(number);
    if (!order)
      throw new OperatorError('no-source', 'A worker was asked for frames of a source that it does not have.');
    const opened = this.#frames.get(number) ?? Frames.open(order);
    this.#frames.set(number, opened);
    return opened;
  }

  /** Images in their order, each with its place, or what is wrong with it. */
  async *#images({ items }: Task, spent: Mutable<Spent>): AsyncGenerator<readonly [number, Image | FanfoldError]> {
    if (items.kind === 'images') {
      yield* items.images.entries();
      return;
    }
    const timed = async (read: () => Promise<readonly Image[]> | readonly Image[], name: string) => {
      const start = performance.now();
      try {
        return await read();
      } catch (error) {
        return [asFanfoldError(error, `Reading ${name}`)];
      } finally {
        spent.read += (performance.now() - start) / 1000;
      }
    };
    if (items.kind === 'files') {
      for (const [place, path] of items.paths.entries()) {
        const [image] = await timed(async () => [await this.#files.read(path, items.options)], path);
        if (image) yield [place, image];
      }
      return;
    }
    const frames = await this.#framesOf(items.source);
    let many = items.count;
    for (let place = 0; place < items.count; ) {
      const first = items.first + place;
      const images = await timed(() => frames.read(first, Math.min(many, items.count - place)), `frame ${first}`);
      // Of a block with a damaged frame, the others are whole.
      if (many > 1 && images[0] instanceof FanfoldError) many = 1;
      else for (const image of images) yield [place++, image];
    }
  }

  /** All images of a task through its network. @throws FanfoldError when the network itself fails */
  async run(task: Task): Promise<Answer> {
    const session = this.#networks.get(task.network);
    if (!session) throw new OperatorError('no-network', 'A worker was asked for a network that it does not have.');
    const spent: Mutable<Spent> = { read: 0, prepare: 0, run: 0 };
    const scored: Scored[] = [];
    const { preparation, batch } = task;
    let group: Group | null = null;
    for await (const [place, image] of this.#images(task, spent)) {
      if (Atomics.load(task.stop, 0) === 1) break;
      const size = image instanceof FanfoldError ? image : sizeOrFailure(image, task);
      if (image instanceof FanfoldError || size instanceof FanfoldError) {
        scored[place] = { error: (size as FanfoldError).toWire() };
        continue;
      }
      if (group && (batch === group.places.length || group.size.join() !== size.join())) {
        await this.#through(session, task, group, scored, spent);
        group = null;
      }
      group ??= { size, places: [] };
      const start = performance.now();
      const numbers = preparation.channels * size[0] * size[1];
      const at = group.places.length * numbers;
      this.#hold(at, at + numbers * (batch ?? 1));
      try {
        prepareInto(image, preparation, this.#staging, at);
        group.places.push(place);
      } catch (error) {
        scored[place] = { error: asFanfoldError(error, 'Preparing it').toWire() };
      }
      spent.prepare += (performance.now() - start) / 1000;
    }
    if (group && Atomics.load(task.stop, 0) === 0) await this.#through(session, task, group, scored, spent);
    return { kind: 'done', id: task.id, scored, spent };
  }

  /** Room for numbers up to `end`, those before `kept` unchanged. */
  #hold(kept: number, end: number): void {
    if (this.#staging.length >= end) return;
    const larger = new Float32Array(Math.max(end, 2 * this.#staging.length));
    larger.set(this.#staging.subarray(0, kept));
    this.#staging = larger;
  }

  async #through(
    session: InferenceSession,
    { preparation, input, output, batch }: Task,
    { size, places }: Group,
    scored: Scored[],
    spent: Mutable<Spent>,
  ): Promise<void> {
    const start = performance.now();
    const { channels, layout } = preparation;
    const [rows, columns] = size;
    const numbers = channels * rows * columns;
    const taken = batch ?? places.length;
    // A network of a fixed batch gets zeros for what is missing in the last one.
    this.#staging.fill(0, places.length * numbers, taken * numbers);
    const dims = layout === 'nchw' ? [taken, channels, rows, columns] : [taken, rows, columns, channels];
    const { Tensor } = await (this.#runtime ?? loadRuntime());
    const feeds = { [input]: new Tensor('float32', this.#staging.subarray(0, taken * numbers), dims) };
    const made = await this.#call(session, feeds, output, dims);
    const each = made.length / taken;
    for (const [i, place] of places.entries()) {
      const scores = made.slice(i * each, (i + 1) * each);
      scored[place] = holdsNaN(scores) ? { error: NO_NUMBERS } : { scores };
    }
    spent.run += (performance.now() - start) / 1000;
  }

  /** Scores of all images of a batch. @throws OperatorError */
  async #call(
    session: InferenceSession,
    feeds: InferenceSession.FeedsType,
    output: string,
    dims: readonly number[],
  ): Promise<Float32Array> {
    try {
      const { [output]: made } = await session.run(feeds, [output]);
      if (made && made.dims[0] === dims[0] && made.data instanceof Float32Array) return made.data;
      const gave = made ? `${made.type} ${made.dims.join(' x ')}` : 'nothing';
      throw new OperatorError('wrong-output', `Output ${output} has no entry for each of ${dims[0]} images: ${gave}.`);
    } catch (error) {
      throw asFanfoldError(error, `Running the network over images of ${dims.join(' x ')}`);
    }
  }
}
