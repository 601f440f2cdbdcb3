import { type FanfoldError, fromWire, LayoutError } from '../core/errors.js';
import type { Answer, NetworkOrder, Order, SourceOrder, Task } from './messages.js';
import { Thread } from './thread.js';

type Opened = Extract<Answer, { kind: 'opened' }>;
type Done = Extract<Answer, { kind: 'done' }>;

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** A task, and how often a worker died over it. */
interface Pending extends Waiter<Done> {
  readonly task: Task;
  deaths: number;
}

/** The place of a worker; another thread comes into it when one dies. */
interface Seat {
  thread: Thread | null;
  /** In the order they were sent. */
  readonly tasks: Pending[];
  readonly opening: Map<number, Waiter<Opened>>;
}

/** Tasks that a worker has at a time: the next one waits where it is needed while it is at the one before. */
const AHEAD = 2;

/**
 * Worker threads that keep networks open. A task goes to the worker that has least to do; when its worker dies, it is done once more by
 * another, and the worker is started again with all its networks.
 */
export class ImageCrew {
  readonly #seats: Seat[] = [];
  readonly #networks = new Map<number, NetworkOrder>();
  readonly #sources = new Map<number, SourceOrder>();
  readonly #waiting: Pending[] = [];
  #numbers = 0;
  #redone = 0;
  #isClosed = false;

  get workers(): number {
    return this.#seats.length;
  }

  /** Tasks that were done again because their worker had died. */
  get redone(): number {
    return this.#redone;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new LayoutError('closed', 'This processor has ended its workers. Load the model again.');
  }

  #start(seat: Seat): void {
    seat.thread = new Thread(this.#seats.indexOf(seat), {
      answered: (answer) => this.#take(seat, answer),
      died: (error) => this.#replace(seat, error),
    });
    for (const source of this.#sources.values()) seat.thread.send({ kind: 'source', source });
  }

  /** Has as many workers as that, or more; all of them with all networks. @throws FanfoldError as `open` */
  async grow(workers: number): Promise<void> {
    this.#checkOpen();
    const added: Promise<unknown>[] = [];
    while (this.#seats.length < workers) {
      const seat: Seat = { thread: null, tasks: [], opening: new Map() };
      this.#seats.push(seat);
      this.#start(seat);
      for (const network of this.#networks.values()) added.push(this.#openIn(seat, network));
    }
    await Promise.all(added);
  }

  #openIn(seat: Seat, network: NetworkOrder): Promise<Opened> {
    return new Promise((resolve, reject) => {
      seat.opening.set(network.number, { resolve, reject });
      this.#send(seat, { kind: 'open', network });
    });
  }

  /** Opens a network in every worker. @throws FanfoldError when the runtime is not installed or refuses the network */
  async open(order: Omit<NetworkOrder, 'number'>): Promise<Opened> {
    this.#checkOpen();
    const network = { ...order, number: this.#numbers++ };
    const [first, ...rest] = this.#seats;
    if (!first) throw new LayoutError('no-worker', 'A processor has at least one worker.');
    // One first: what is wrong is then said once, and nothing is opened in vain.
    const opened = await this.#openIn(first, network);
    await Promise.all(rest.map((seat) => this.#openIn(seat, network)));
    this.#networks.set(network.number, network);
    return opened;
  }

  forget(network: number): void {
    if (!this.#networks.delete(network) || this.#isClosed) return;
    for (const seat of this.#seats) seat.thread?.send({ kind: 'forget', network });
  }

  /** Makes frames of a source known to all workers. @returns its number */
  share(source: Omit<SourceOrder, 'number'>): number {
    const order = { ...source, number: this.#numbers++ };
    this.#sources.set(order.number, order);
    for (const seat of this.#seats) seat.thread?.send({ kind: 'source', source: order });
    return order.number;
  }

  drop(source: number): void {
    this.#sources.delete(source);
    if (!this.#isClosed) for (const seat of this.#seats) seat.thread?.send({ kind: 'drop', source });
  }

  #send(seat: Seat, order: Order): void {
    seat.thread?.hold(true);
    seat.thread?.send(order);
  }

  /** @throws FanfoldError when the network fails, or a worker died twice over it */
  run(task: Omit<Task, 'id'>): Promise<Done> {
    this.#checkOpen();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task: { ...task, id: this.#numbers++ }, deaths: 0, resolve, reject });
      this.#deal();
    });
  }

  #deal(): void {
    while (this.#waiting.length > 0) {
      const seat = this.#seats.reduce((a, b) => (b.tasks.length < a.tasks.length ? b : a));
      if (seat.tasks.length >= AHEAD) return;
      const pending = this.#waiting.shift();
      if (!pending) return;
      // Nobody waits for it any more.
      if (Atomics.load(pending.task.stop, 0) === 1) {
        pending.resolve({ kind: 'done', id: pending.task.id, scored: [], spent: { read: 0, prepare: 0, run: 0 } });
        continue;
      }
      seat.tasks.push(pending);
      this.#send(seat, { kind: 'task', task: pending.task });
    }
  }

  #take(seat: Seat, answer: Answer): void {
    if (answer.kind === 'opened' || answer.kind === 'refused-network') {
      const waiter = seat.opening.get(answer.network);
      seat.opening.delete(answer.network);
      if (answer.kind === 'opened') waiter?.resolve(answer);
      else waiter?.reject(fromWire(answer.error));
    } else {
      const at = seat.tasks.findIndex(({ task }) => task.id === answer.id);
      const [pending] = at < 0 ? [] : seat.tasks.splice(at, 1);
      if (answer.kind === 'done') pending?.resolve(answer);
      else pending?.reject(fromWire(answer.error));
      this.#deal();
    }
    if (seat.tasks.length === 0 && seat.opening.size === 0) seat.thread?.hold(false);
  }

  /** Starts a worker again in the place of one that died. Only the task it was at is to blame. */
  #replace(seat: Seat, error: LayoutError): void {
    // One that dies over opening a network, and nothing else, would do so for ever.
    if ((seat.opening.size > 0 && seat.tasks.length === 0) || this.#isClosed) {
      this.#giveUp(error);
      return;
    }
    const lost = seat.tasks.splice(0);
    const [culprit] = lost;
    if (culprit && ++culprit.deaths > 1) {
      const what = `${error.message} It was the second over the same images: they were given up.`;
      culprit.reject(new LayoutError('worker-died', what));
      lost.shift();
    }
    // Who opens a network meanwhile is told; those that are open already are opened again.
    const opening = [...seat.opening.values()];
    seat.opening.clear();
    for (const { reject } of opening) reject(error);
    this.#redone += lost.length;
    this.#start(seat);
    for (const network of this.#networks.values()) this.#openIn(seat, network).catch(() => undefined);
    this.#waiting.unshift(...lost);
    this.#deal();
  }

  /** Refuses everything that was asked for, and whatever will be. */
  #giveUp(error: FanfoldError): void {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    for (const { tasks, opening } of this.#seats) {
      for (const { reject } of tasks.splice(0)) reject(error);
      for (const { reject } of opening.values()) reject(error);
      opening.clear();
    }
  }

  /** Ends all workers; what was asked for is refused. Safe to call twice. */
  async close(): Promise<void> {
    this.#giveUp(new LayoutError('closed', 'This processor has ended its workers.'));
    await Promise.all(this.#seats.map((seat) => seat.thread?.end()));
  }
}
