import type { Arena } from './arena.js';
import type { Dtype, NumericArray } from './dtype.js';
import type { Page } from './page.js';
import type { ArrayInput, Params, RawValues, Values } from './params.js';
import type { Labels } from './series.js';
import type { Affine, DetectorFacts } from './source.js';
import type { Axis, Stack } from './stack.js';
import type { WasmExports } from './wasm.js';

/** How the private copies of a `whole` slot become one. `operator` calls the operator's own `merge`. */
export type MergeRule = 'sum' | 'max' | 'min' | 'operator';

interface SlotBase {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly unit?: string;
  /** What the numbers are, in a few words, for tables and figures. */
  readonly label?: string;
  /** What the dimensions of `shape` mean; by default those of the stack where the shapes agree. */
  readonly axes?: readonly Axis[];
  /** The slot that these are the standard uncertainties of. */
  readonly errorsOf?: string;
  /** Trailing dimensions of an entry that are an image to look at as it is: a PNG of one holds just its pixels. */
  readonly image?: 2 | 3;
  /** An intermediate that is not part of the result. */
  readonly private?: boolean;
  /** NaN stands where a number is not defined: a report does not count it as damage. */
  readonly mayBeNaN?: true;
  /** Largest relative difference between kernels, and between orders of merging, where it is not the operator's. */
  readonly tolerance?: number;
}

/**
 * One named output. `each`: one entry of `shape` per frame, written in place, never merged. `whole`: one array per
 * stack, private to each worker, merged by a rule; it starts at 0 (`sum`, `operator`), -inf (`max`) or +inf (`min`).
 * `derived`: allocated by the engine and filled by `finish`.
 */
export type Slot =
  | (SlotBase & { readonly kind: 'each' })
  | (SlotBase & { readonly kind: 'whole'; readonly merge: MergeRule })
  | (SlotBase & { readonly kind: 'derived' });

/**
 * The workers that share the frames of one tile (`--split inside`); a team of one when frames are dealt out whole. Every
 * member sees the whole tile, does its share of the work and calls the same methods in the same order. What member 0
 * leaves in `out` counts.
 */
export interface Team {
  /** 0 to `size - 1`. */
  readonly rank: number;
  readonly size: number;
  /** Replaces the values, in every member, by their sum over all members, added in rank order. */
  sum(values: Float64Array): void;
}

/** The team of a worker that has its frames to itself. */
export const ALONE: Team = { rank: 0, size: 1, sum: () => undefined };

/** Frames in cache, native byte order, shape (count, ...frameShape). */
export interface Tile {
  readonly data: NumericArray;
  /** Number of the first frame in the stack. */
  readonly first: number;
  readonly count: number;
  readonly team: Team;
}

/** Bytes an operator needs in every worker's window, beyond its slots and its prepared arrays. */
export interface Cost {
  readonly workerBytes: number;
  /** Bytes of the largest prepared arrays of any later pass, for operators with `again`. */
  readonly laterPreparedBytes?: number;
  /** Bytes that `prepare`, `again`, `finish` and `files` take on the host for a while, beyond what they give. */
  readonly hostBytes?: number;
}

/** Plain data made once on the host and placed in every worker: typed arrays, numbers, text. */
export type Prepared = Readonly<Record<string, NumericArray | number | string | boolean>>;

/** Bytes of prepared arrays where they are placed. */
export function preparedBytes(prepared: Prepared): number {
  return Object.values(prepared).reduce<number>(
    (total, value) => total + (typeof value === 'object' ? value.byteLength + 192 : 0),
    0,
  );
}

/** A dense array with its shape. */
export interface LoadedArray {
  readonly shape: readonly number[];
  readonly data: NumericArray;
}

export interface PrepareContext<P extends Params> {
  readonly stack: Stack;
  readonly values: Values<P>;
  /** What the source says about its detector. */
  readonly detector: DetectorFacts;
  /** Where the voxels of a frame lie; absent when the source does not say. */
  readonly affine?: Affine;
  /** What frames will be computed with; absent: the kernel. */
  readonly kernel?: 'wasm' | 'ts';
  /** The text of a file. @throws SourceError when it cannot be read, or is too large to be what was meant */
  readText(path: string): Promise<string>;
  /** Reads decoded frames on the host. */
  read(first: number, count: number): Promise<NumericArray>;
  /** The array behind an `arrays` parameter. @throws UsageError when the file holds none */
  load(input: ArrayInput): Promise<LoadedArray>;
}

export type Arrays<O extends string> = Readonly<Record<O, NumericArray>>;

/** Entries `first` to `first + count` of an `each` slot of the pass that just ended, wherever they went: memory or a file. */
export type ReadBack = (slot: string, first: number, count: number) => NumericArray;

/** What is known when the files of an output folder, or a sheet, are made. */
export interface FolderContext<P extends Params, O extends string> {
  /** All slots but those that went to a file while running, which `read` gives. */
  readonly out: Partial<Arrays<O>>;
  readonly stack: Stack;
  readonly values: Values<P>;
  readonly prepared: Prepared;
  /** What the source is called, without folder and extension. */
  readonly name: string;
  /** What the frames belong to; absent for sources without classes. */
  readonly labels?: Labels;
  /** Names of the channels of a time series. */
  readonly channels?: readonly string[];
  readonly read: ReadBack;
  /** The file that a frame was read from; null where files hold all frames together, or there are none. */
  fileOf(frame: number): string | null;
  /** Reads decoded frames of the source on the host. */
  frames(first: number, count: number): Promise<NumericArray>;
}

/** The names of the files of an output folder. */
export interface FolderPlan<O extends string> {
  /** By slot; the extension names the format. */
  readonly slots: Readonly<Partial<Record<O, string>>>;
  /** Texts and pages. */
  readonly beside: readonly string[];
}

/** A file of an output folder beside those of slots: text, or a page as HTML or PNG by its extension. */
export type FolderFile =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly page: Page };

export interface InitContext<P extends Params> {
  readonly stack: Stack;
  readonly values: Values<P>;
  /** What `prepare` made, its arrays in memory that kernels can address. */
  readonly prepared: Prepared;
  readonly arena: Arena;
}

/** A WebAssembly version of `process`: the same results from the same tiles, only faster. */
export interface WasmKernel<O extends string, S> {
  /** The module, base64. */
  readonly module: string;
  /** False for frames the kernel was not written for; the reference then runs. */
  supports?(stack: Stack): boolean;
  /** Every array in `tile`, `state` and `out` lies in the module's memory; its byte offset is its address. */
  process(exports: WasmExports, tile: Tile, state: S, out: Arrays<O>): void;
}

/**
 * What is computed. One declaration gives the API, the command line, its checks, its help and its docs page. A worker
 * runs `init` once and `process` for every tile; everything else runs on the host.
 */
export interface Operator<P extends Params = Params, O extends string = string, S = unknown> {
  readonly name: string;
  /** One line for the list of operators. */
  readonly summary: string;
  /** Longer text for the docs page: definitions, conventions, sources. */
  readonly details?: string;
  /** What frames are to it, where they are no images: `series`, of shape (channels, points). Help and docs speak of them so. */
  readonly frames?: 'series';
  readonly params: P;
  /**
   * Values worth showing: they stand on the docs page, and every conformance test runs them. They fit frames of 8 x 8
   * pixels and more. Absent: the defaults alone.
   */
  readonly examples?: readonly RawValues[];
  /** @param prepared what `prepare` made, because a mask file may hold many masks */
  outputs(stack: Stack, values: Values<P>, prepared: Prepared): Readonly<Record<O, Slot>>;
  /** Working memory beside slots and prepared arrays; none when absent. */
  cost?(stack: Stack, values: Values<P>, prepared: Prepared): Cost;
  /** About how many floating-point operations a frame takes, when that is many: few bytes are then worth workers, in smaller parts. */
  flops?(stack: Stack, values: Values<P>): number;
  /** Once per run, on the host, before anything else: its arrays are counted and then shared by all workers. */
  prepare?(context: PrepareContext<P>): Prepared | Promise<Prepared>;
  /**
   * After each pass, with its finished slots: what the next pass starts from, or null when this pass was the last.
   * Without it there is one pass.
   *
   * @param pass number of the pass that just ended, from 0
   */
  again?(context: PrepareContext<P>, pass: number, previous: Arrays<O>): Prepared | null | Promise<Prepared | null>;
  init?(context: InitContext<P>): S;
  /**
   * The reference implementation. `out` holds, for every `each` slot, the entries of this tile and, for every `whole`
   * slot, this worker's private copy.
   */
  process(tile: Tile, state: S, out: Arrays<O>): void;
  /** Merges the `whole` slots whose rule is `operator`; sees all of them. */
  merge?(into: Arrays<O>, from: Arrays<O>): void;
  /** After every pass, merged: divides, subtracts, fills `derived` slots. Slots that went to a file are read back. */
  finish?(out: Arrays<O>, stack: Stack, values: Values<P>, prepared: Prepared, read: ReadBack): void;
  /**
   * Whether `finish` or `again` changes entries of `each` slots: they are then not known before all frames were seen, and no loader
   * can hand them over in batches. Absent: where there is one of them, it does.
   */
  revises?(values: Values<P>): boolean;
  /** What a person should know of finished results, in sentences, such as frames that cannot be trusted. */
  remarks?(out: Partial<Arrays<O>>, stack: Stack, values: Values<P>): readonly string[];
  /**
   * The files of an output folder (`-o folder/`), so that none is in the way when the run ends. Without it the operator cannot
   * fill a folder.
   *
   * @param name what the source is called, without folder and extension
   */
  folder?(stack: Stack, values: Values<P>, name: string): FolderPlan<O>;
  /** The texts and pages of an output folder, under the names that `folder` said. */
  files?(context: FolderContext<P, O>): readonly FolderFile[] | Promise<readonly FolderFile[]>;
  /** A page to look at, which `-o NAME.png` then is, instead of a picture of each result. */
  sheet?(context: FolderContext<P, O>): Page | Promise<Page>;
  /**
   * What was made ready that belongs with the results, such as the geometry that was used: texts of one or more lines by name,
   * written into every output that has room for them.
   */
  facts?(prepared: Prepared): Readonly<Record<string, string>>;
  /** True when `process` and its kernels can share one frame between the members of a team. */
  readonly inside?: boolean;
  /** True when the order of merging shows in the last bits and must not: partials are merged in part order. */
  readonly ordered?: boolean;
  readonly kernels?: { readonly wasm?: WasmKernel<O, S> };
  /** Largest relative difference allowed between `process` and a kernel; 0 when absent. */
  readonly tolerance?: number;
}

/** An operator whose parameter, slot and state types are forgotten: what the engine and the registry handle. */
export type AnyOperator = Operator;

/** Checks a declaration against its own types and forgets them. */
export function defineOperator<P extends Params, O extends string, S = undefined>(
  operator: Operator<P, O, S>,
): AnyOperator {
  return operator as unknown as AnyOperator;
}
