import { SourceError } from '../../core/errors.js';
import { printable } from '../printable.js';
import { isMissing, readLines } from './cells.js';
import type { Recording, Recordings } from './recording.js';
import { checkEqual, recordingOf } from './series-rows.js';

interface Header {
  /** Lower case names; what stands behind them. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** Index of the line behind `@data`. */
  readonly data: number;
}

function readHeader(lines: readonly string[], path: string): Header {
  const fields = new Map<string, readonly string[]>();
  for (const [i, line] of lines.entries()) {
    const [name = '', ...rest] = line.trim().split(/\s+/);
    if (name.toLowerCase() === '@data') return { fields, data: i + 1 };
    if (name.startsWith('@')) fields.set(name.slice(1).toLowerCase(), rest);
    else if (name !== '' && !name.startsWith('#') && !name.startsWith('%')) break;
  }
  throw new SourceError('bad-ts', `${path} has no line @data behind its header.`, { path });
}

const isTrue = (field: readonly string[] | undefined): boolean => field?.[0]?.toLowerCase() === 'true';

/** Classes of the header; null where cases have none. @throws SourceError for what cannot be read */
function classesOf({ fields }: Header, path: string): readonly string[] | null {
  if (isTrue(fields.get('timestamps')))
    throw new SourceError(
      'unsupported-ts',
      `${path} has a time stamp with every point, which cannot be read. Write it without, @timeStamps false.`,
      { path },
    );
  if (isTrue(fields.get('targetlabel')))
    throw new SourceError(
      'unsupported-ts',
      `${path} has numbers as targets (@targetLabel), not classes, which cannot be read.`,
      { path },
    );
  const [has, ...classes] = fields.get('classlabel') ?? [];
  return has?.toLowerCase() === 'true' ? classes : null;
}

/**
 * Reads a .ts file: lines of `@`, then one case a line, its channels with colons between and its class last. Cases may be of different lengths,
 * unless the header says otherwise.
 *
 * @throws SourceError naming the row of what does not fit
 */
export function readSktime(path: string): Recordings {
  const lines = readLines(path);
  const header = readHeader(lines, path);
  const classes = classesOf(header, path);
  const recordings: Recording[] = [];
  const wanted = Number(
    header.fields.get('dimensions')?.[0] ?? (isTrue(header.fields.get('univariate')) ? 1 : Number.NaN),
  );
  let count = Number.isInteger(wanted) ? wanted : 0;
  for (let i = header.data; i < lines.length; i++) {
    const line = (lines[i] ?? '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const parts = line.split(':');
    const label = classes ? (parts.pop() ?? '').trim() : null;
    count ||= parts.length;
    const row = i + 1;
    if (parts.length !== count) {
      const what = `${path}: row ${row} has ${parts.length} channels${classes ? ' and a class' : ''} where ${count} are expected.`;
      throw new SourceError('ragged-row', what, { path, row });
    }
    if (label !== null && !isMissing(label) && classes && classes.length > 0 && !classes.includes(label)) {
      const what = `${path}: row ${row} is of class '${printable(label)}', which the header does not name (${classes.join(', ')}).`;
      throw new SourceError('unknown-class', what, { path, row });
    }
    const channels = parts.map((part) => part.split(','));
    const own = label === null || isMissing(label) ? null : label;
    recordings.push(recordingOf({ path, row, channels, label: own, names: parts.map((_, c) => String(c)) }));
  }
  if (recordings.length === 0) throw new SourceError('no-rows', `${path} holds no cases behind @data.`, { path });
  if (isTrue(header.fields.get('equallength'))) checkEqual(recordings);
  const channels = count === 1 ? ['value'] : Array.from({ length: count }, (_, c) => `channel ${c}`);
  return { channels, recordings, classes: classes && classes.length > 0 ? classes : null, notes: [] };
}
