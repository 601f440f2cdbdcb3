import { SourceError } from '../../core/errors.js';
import { printable } from '../printable.js';
import { isMissing, readLines } from './cells.js';
import type { Recording, Recordings } from './recording.js';
import { recordingOf } from './series-rows.js';

interface Header {
  /** One attribute that holds all channels of a case, in quotes. */
  readonly isRelational: boolean;
  /** Numbers of a case, or of a channel. */
  readonly points: number;
  readonly classes: readonly string[] | null;
  readonly data: number;
}

const unquoted = (text: string): string => text.trim().replace(/^(['"])(.*)\1$/, '$2');

function readHeader(lines: readonly string[], path: string): Header {
  let [isRelational, points] = [false, 0];
  let classes: readonly string[] | null = null;
  for (const [i, line] of lines.entries()) {
    if (/^\s*@data\b/i.test(line)) return { isRelational, points, classes, data: i + 1 };
    const [, type] = /^\s*@attribute\s+(?:'[^']*'|"[^"]*"|\S+)\s+(.*?)\s*$/i.exec(line) ?? [];
    if (type === undefined) continue;
    const nominal = /^\{(.*)\}$/.exec(type)?.[1];
    if (classes)
      throw new SourceError(
        'bad-arff',
        `${path}: row ${i + 1}: an attribute stands behind the class, which must be last.`,
        { path },
      );
    if (/^relational$/i.test(type)) isRelational = true;
    else if (nominal !== undefined) classes = nominal.split(',').map(unquoted);
    else if (/^(?:numeric|real|integer)\b/i.test(type)) points++;
    else
      throw new SourceError(
        'unsupported-arff',
        `${path}: row ${i + 1}: attributes of type ${printable(type)} are no points of a series.`,
        { path },
      );
  }
  throw new SourceError('bad-arff', `${path} has no line @data behind its header.`, { path });
}

/** Splits a case into the texts of its channels and its class. @throws SourceError for a quote that is not closed */
function split(line: string, header: Header, where: string): { channels: string[][]; label: string | null } {
  const { isRelational, classes } = header;
  if (!isRelational) {
    const cells = line.split(',');
    const label = classes ? unquoted(cells.pop() ?? '') : null;
    return { channels: [cells], label };
  }
  const found = /^\s*(['"])(.*)\1\s*(?:,\s*(.*?)\s*)?$/.exec(line);
  if (!found) throw new SourceError('bad-arff', `${where}: its channels do not stand in quotes.`);
  return {
    channels: (found[2] ?? '').split('\\n').map((part) => part.split(',')),
    label: classes ? unquoted(found[3] ?? '') : null,
  };
}

/**
 * Reads an ARFF file of time series: numbers with the class last, or one relational attribute whose lines, `\n` between, are the channels.
 *
 * @throws SourceError naming the row of what does not fit, and for attributes that are no numbers
 */
export function readArff(path: string): Recordings {
  const lines = readLines(path);
  const header = readHeader(lines, path);
  const recordings: Recording[] = [];
  let count = 0;
  for (let i = header.data; i < lines.length; i++) {
    const line = (lines[i] ?? '').trim();
    if (line === '' || line.startsWith('%')) continue;
    const [row, where] = [i + 1, `${path}: row ${i + 1}`];
    if (line.startsWith('{'))
      throw new SourceError('unsupported-arff', `${where} is sparse, which cannot be read.`, { path, row });
    const { channels, label } = split(line, header, where);
    count ||= channels.length;
    if (channels.length !== count)
      throw new SourceError('ragged-row', `${where} has ${channels.length} channels where ${count} are expected.`, {
        path,
        row,
      });
    const odd = channels.find((texts) => texts.length !== header.points);
    if (odd)
      throw new SourceError(
        'ragged-row',
        `${where} has ${odd.length} points where the header names ${header.points}.`,
        { path, row },
      );
    if (label !== null && !isMissing(label) && !header.classes?.includes(label)) {
      const what = `${where} is of class '${printable(label)}', which the header does not name (${header.classes?.join(', ')}).`;
      throw new SourceError('unknown-class', what, { path, row });
    }
    const own = label === null || isMissing(label) ? null : label;
    recordings.push(recordingOf({ path, row, channels, label: own, names: channels.map((_, c) => String(c)) }));
  }
  if (recordings.length === 0) throw new SourceError('no-rows', `${path} holds no cases behind @data.`, { path });
  const channels = count === 1 ? ['value'] : Array.from({ length: count }, (_, c) => `channel ${c}`);
  return { channels, recordings, classes: header.classes, notes: [] };
}
