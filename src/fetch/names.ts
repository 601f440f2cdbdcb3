import { UsageError } from '../core/errors.js';
import { pathOfUrl, shownUrl } from '../io/http/url.js';

/** Bytes of a file name that every file system takes, the marks of an unfinished file included. */
const LONGEST = 180;

/** Names that mean a device on some systems. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** A text as part of a file name: nothing in it leads to another folder, hides the file, or is refused by a system. */
function harmless(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[/\\:*?"<>|]|\p{Cc}|\p{Cf}/gu, '_')
    .replace(/^\.+/, '_')
    .replace(/[. ]+$/, '');
  return RESERVED.test(plain) ? `_${plain}` : plain;
}

function shortened(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : '';
  let stem = name.slice(0, name.length - extension.length);
  while (Buffer.byteLength(stem + extension) > LONGEST) stem = stem.slice(0, -1);
  return stem + extension;
}

/** The last part of an address, as a file may be called. */
function nameIn(url: string): string {
  const last = pathOfUrl(url).split('/').at(-1) ?? '';
  return harmless(last) || 'index';
}

function extensionIn(url: string): string {
  return /\.(?:nii\.gz|[A-Za-z0-9]{1,10})$/.exec(nameIn(url))?.[0] ?? '.txt';
}

const MARK = /\{(i|name|ext)(?::0?(\d+))?\}/g;

/** @throws UsageError for a template that leads elsewhere, has marks that mean nothing, or gives every file the same name */
function checkTemplate(template: string, count: number): void {
  if (template === '' || harmless(template.replace(MARK, 'x')) !== template.replace(MARK, 'x')) {
    const what = `--name takes a file name such as 'file_{i}.txt', not '${template}': files stay in the folder.`;
    throw new UsageError('bad-name', what, { name: template });
  }
  const unknown = template.replace(MARK, '').match(/\{[^}]*\}?/)?.[0];
  if (unknown !== undefined) {
    const what = `--name '${template}': there is no ${unknown}; known are {i}, {i:4}, {name} and {ext}.`;
    throw new UsageError('bad-name', what, { name: template });
  }
  if (count > 1 && !/\{(i|name)\b/.test(template)) {
    const what = `--name '${template}' gives ${count} files one name. Put {i}, the number of the address, or {name} in it.`;
    throw new UsageError('bad-name', what, { name: template });
  }
}

/**
 * The names of the files of addresses: `{i}` is the number of the address from 0 on (`{i:4}` with zeros in front), `{name}` the last
 * part of the address, `{ext}` its extension, `.txt` where it has none. No two are alike, on systems that do not tell capitals from
 * small letters either.
 *
 * @throws UsageError for a template that leads out of the folder
 */
export function fileNames(urls: readonly string[], template: string): string[] {
  checkTemplate(template, urls.length);
  const taken = new Set<string>();
  return urls.map((url, i) => {
    const filled = template.replace(MARK, (_, mark: string, width: string | undefined) =>
      mark === 'i' ? String(i).padStart(Number(width ?? 0), '0') : mark === 'name' ? nameIn(url) : extensionIn(url),
    );
    let name = shortened(harmless(filled));
    if (name === '') throw new UsageError('bad-name', `No file can be called as --name says for ${shownUrl(url)}.`);
    if (taken.has(name.toLowerCase())) name = name.replace(/(\.[^.]*)?$/, `_${i}$1`);
    while (taken.has(name.toLowerCase())) name = `_${name}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
