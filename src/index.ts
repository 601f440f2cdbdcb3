/**
 * Runs one operator over large stacks of scientific frames, in parallel.
 *
 * ```js
 * import { run } from 'fanfold';
 * const { arrays, report } = await run('mask', 'scan.h5', { values: { preset: 'adf', disk: 20 } });
 * ```
 *
 * @module
 */

export type { Advice, AdviceRow, Outlook } from './api/advise/advice.js';
export { type AdviseOutcome, type AdviseRequest, advise } from './api/advise/index.js';
export { openArray } from './api/array.js';
export { type OpenOperatorOptions, openOperator } from './api/open-operator.js';
export { type PlanOutcome, plan } from './api/plan.js';
export type { OpenOperator } from './api/repeated.js';
export { type RunOutcome, run } from './api/run.js';
export { openSeriesSet } from './api/series.js';
export type { RunRequest, Work } from './api/work.js';
export { type Converter, type ConvertOutcome, openConverter } from './convert/crew.js';
export { convert, convertInto } from './convert/index.js';
export type { ConvertOptions } from './convert/scaling.js';
export { allocateShared } from './convert/shared.js';
export type { Arena } from './core/arena.js';
export type { Dtype, NumericArray } from './core/dtype.js';
export {
  FanfoldError,
  LayoutError,
  OperatorError,
  PlanError,
  SinkError,
  SourceError,
  Stopped,
  UsageError,
} from './core/errors.js';
export type { OperatorRef } from './core/layout.js';
export {
  type AnyOperator,
  type Arrays,
  type Cost,
  defineOperator,
  type InitContext,
  type LoadedArray,
  type MergeRule,
  type Operator,
  type PrepareContext,
  type Prepared,
  type Slot,
  type Tile,
  type WasmKernel,
} from './core/operator.js';
export type { ArrayInput, Param, Params, RawValues, Values } from './core/params.js';
export type { Plan } from './core/plan.js';
export { describeReport, type Report } from './core/report.js';
export type { Segment, SeriesSet } from './core/series.js';
export type { NamedArray } from './core/sink.js';
export type { OpenOptions, Source } from './core/source.js';
export { type Axis, makeStack, type Stack } from './core/stack.js';
export { fetchAll } from './fetch/fetch-all.js';
export type { FetchOptions } from './fetch/options.js';
export type { FetchedFile, FetchOutcome, SavedFile } from './fetch/outcome.js';
export type { ArrayChunk, ArrayFile, MappedArray } from './formats/array-file/array-file.js';
export {
  type CreateArrayOptions,
  createArrayFile,
  type OpenArrayOptions,
  openArrayFile,
} from './formats/array-file/open.js';
export { openSource } from './formats/registry.js';
export { openSynthetic } from './formats/synthetic/index.js';
export {
  type Image,
  ImageProcessor,
  type Images,
  type ModelOptions,
  type Prediction,
  type Predictions,
  type Preparation,
  type PreprocessOptions,
  type ProcessOptions,
  type Ranked,
  type Wanted,
} from './infer/index.js';
export type { RunOptions } from './layouts/local.js';
export {
  type Batch,
  type DataLoader,
  dataLoader,
  type Gathered,
  type GatherOptions,
  type LoaderOptions,
  type LoaderOverview,
  type LoaderPlan,
  type LoaderSource,
  type LoaderStatistics,
  type Materialized,
  type MaterializeOptions,
  type ReadAtSource,
  type RecordSource,
  type SampleRecord,
  type SourceNames,
  type Split,
} from './loader/index.js';
export { type InverseOptions, inverseGaf } from './operators/gaf/inverse.js';
export { type GafImageOptions, gafImages } from './operators/gaf/on-demand.js';
export { operatorNames } from './operators/registry.js';
export { version } from './version.js';
