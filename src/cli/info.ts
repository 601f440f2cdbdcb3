import { describeStored } from '../core/dtype.js';
import { UsageError } from '../core/errors.js';
import { checkValues, type Params } from '../core/params.js';
import { formatBytes } from '../core/size.js';
import { type Axis, formatShape, frameBytes, frameCount, fullShape, stackBytes } from '../core/stack.js';
import { describeSource } from '../formats/registry.js';
import type { Summary } from '../formats/summary.js';
import { availableMemory } from '../io/machine.js';
import { openOptionsOf, SOURCE_PARAMS } from './common.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';

const PARAMS = {
  tree: { kind: 'flag', help: 'every group, data set and attribute of an HDF5 file' },
  json: { kind: 'flag', help: 'the same as JSON on stdout' },
} as const satisfies Params;

function describeAxis(axis: Axis, extent: number): string {
  const unit = axis.unit ? ` ${axis.unit}` : '';
  const number = (value: number): string => String(Number(value.toPrecision(6)));
  const from = axis.origin === 0 ? '' : ` from ${number(axis.origin)}`;
  const step = axis.step === 1 && !axis.unit ? '' : `, step ${number(axis.step)}${unit}${from}`;
  return `${axis.name}: ${extent}${step}`;
}

/** What of the stack a machine with `free` bytes holds at once. */
function fits(summary: Summary, free: number): string {
  const bytes = stackBytes(summary.stack);
  const frames = Math.floor(free / Math.max(1, frameBytes(summary.stack)));
  return bytes <= free
    ? `all of it: ${formatBytes(free)} are free`
    : `${frames} of ${frameCount(summary.stack)} frames at a time: ${formatBytes(free)} are free; runs read it in parts`;
}

function storedLine(summary: Summary): string[] {
  const bytes = stackBytes(summary.stack);
  if (summary.storedBytes === null) return [];
  const ratio =
    summary.storedBytes > 0 ? `, ${(bytes / summary.storedBytes).toFixed(2)} times smaller than decoded` : '';
  const missing = summary.missingChunks ? `; ${summary.missingChunks} chunks were never written` : '';
  return [`stored     ${formatBytes(summary.storedBytes)}${summary.filters.length > 0 ? ratio : ''}${missing}`];
}

/** How elements lie on disk, in words; null for a source that stores none. */
function storedText({ stored, scales }: Summary): string | null {
  if (stored === null || scales === null) return stored && describeStored(stored);
  const { scale: _, ...plain } = stored;
  return `${describeStored(plain)} scaled, every file by numbers of its own`;
}

function describe(summary: Summary, free: number): string[] {
  const { stack, stored, layout, chunkShape, chunks, filters } = summary;
  const type = storedText(summary) ?? stack.dtype;
  const widened = stored !== null && !type.startsWith(stack.dtype) ? `, read as ${stack.dtype}` : '';
  const axes = fullShape(stack).map((extent, i) => {
    const axis = stack.axes[i];
    return `${i === 0 ? 'axes' : '    '}       ${axis ? describeAxis(axis, extent) : extent}`;
  });
  const kind = { library: 'read through the HDF5 library', contiguous: 'one contiguous block' };
  return [
    summary.location,
    `format     ${summary.format}`,
    `shape      ${formatShape(fullShape(stack))}: ${frameCount(stack)} frames of ${formatShape(stack.frameShape)}`,
    `dtype      ${type}${widened}`,
    `size       ${formatBytes(stackBytes(stack))} decoded, ${formatBytes(frameBytes(stack))} a frame`,
    ...axes,
    layout === 'chunked'
      ? `chunks     ${formatShape(chunkShape ?? [])}: ${chunks} of them`
      : `layout     ${layout in kind ? kind[layout as keyof typeof kind] : layout}`,
    ...(layout === 'chunked' ? [`filters    ${filters.length > 0 ? filters.join(', ') : 'none'}`] : []),
    ...storedLine(summary),
    `memory     ${fits(summary, free)}`,
    ...summary.notes.map((note) => `note       ${note}`),
  ];
}

function asJson(summary: Summary, free: number): object {
  const { stack, stored, ...rest } = summary;
  return {
    ...rest,
    shape: fullShape(stack),
    stackShape: stack.stackShape,
    frameShape: stack.frameShape,
    dtype: stack.dtype,
    stored: storedText(summary),
    axes: stack.axes,
    frames: frameCount(stack),
    bytes: stackBytes(stack),
    freeBytes: free,
  };
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const params = { ...SOURCE_PARAMS, ...PARAMS };
  const { positionals, raw } = parseFlags(args, params, 'fanfold info');
  const values = checkValues(params, raw, 'fanfold info');
  const text = positionals.length > 1 ? positionals : positionals[0];
  if (text === undefined) throw new UsageError('no-source', 'fanfold info needs a source: a file name.');
  if (values.tree) {
    const { showTree } = await import('./tree.js');
    process.stdout.write(showTree(text, values.json));
    return 0;
  }
  const summary = await describeSource(text, { ...openOptionsOf(values), signal });
  const free = availableMemory();
  const shown = values.json ? JSON.stringify(asJson(summary, free)) : describe(summary, free).join('\n');
  process.stdout.write(`${shown}\n`);
  return 0;
}

export function help(): string {
  return verbHelp(
    'info SOURCE [options]',
    'Shows what a file holds: shape, dtype, axes with units, chunks, filters, and what of it fits in memory. No frame is read.',
    [
      ['output', PARAMS],
      ['source', SOURCE_PARAMS],
    ],
  );
}
