import { SourceError } from '../../core/errors.js';
import { InputFile } from '../../io/file.js';
import { readMember } from '../npz.js';
import { readZipDirectory } from '../zip.js';

/** Bytes before the text of a header: magic, version, and its length in two bytes, or in four from version 2 on. */
const PREFIX = { short: 10, long: 12 } as const;

/** Names of classes are short; an array of longer ones is something else. */
const LARGEST = 2 ** 26;

function headerOf(bytes: Uint8Array): { readonly text: string; readonly data: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX.long) return { text: '', data: bytes.length };
  const isShort = bytes[6] === 1;
  const start = isShort ? PREFIX.short : PREFIX.long;
  const data = start + (isShort ? view.getUint16(8, true) : view.getUint32(8, true));
  return { text: new TextDecoder('latin1').decode(bytes.subarray(start, data)), data };
}

/** One entry: code points of four bytes each (`U`), or bytes (`S`), zeros behind them. @throws RangeError for no code point */
function entry(view: DataView, at: number, kind: string, length: number, isLittle: boolean): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    const code = kind === 'U' ? view.getUint32(at + 4 * i, isLittle) : view.getUint8(at + i);
    if (code === 0) break;
    text += String.fromCodePoint(code);
  }
  return text.trim();
}

/**
 * The entries of an array of texts in an .npz archive, as `numpy.savez(path, y=np.array(['up', 'down']))` writes it.
 *
 * @returns null for an array of anything but texts, or of another rank than 1
 * @throws SourceError for a damaged archive or array
 */
export function readTexts(path: string, name: string): readonly string[] | null {
  const file = InputFile.open(path);
  try {
    const member = readZipDirectory(file).find((one) => one.name === `${name}.npy`);
    if (!member || member.size > LARGEST) return null;
    const location = `${path}:${name}`;
    const bytes = readMember(file, member, location);
    const { text, data } = headerOf(bytes);
    const [, order, kind = '', digits = ''] = /['"]descr['"]\s*:\s*['"]([<>|=]?)([US])(\d+)['"]/.exec(text) ?? [];
    const count = /['"]shape['"]\s*:\s*\((\d+),\s*\)/.exec(text)?.[1];
    if (kind === '' || count === undefined) return null;
    const [length, width] = [Number(digits), Number(digits) * (kind === 'U' ? 4 : 1)];
    if (data + Number(count) * width > bytes.length)
      throw new SourceError(
        'truncated',
        `${location} is truncated: ${count} texts of ${length} letters do not fit in it.`,
      );
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: Number(count) }, (_, n) => entry(view, data + n * width, kind, length, order !== '>'));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SourceError('bad-npy', `${path}:${name} holds letters that do not exist. Write the archive again.`, {
      path,
    });
  } finally {
    file.close();
  }
}
