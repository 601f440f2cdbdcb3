import { statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { isUrl, pathOfUrl } from './http/url.js';

/** The path from the root, so that workers in any folder open the same file; an address as it is. */
export function absolutePath(path: string): string {
  return isUrl(path) ? path : resolve(path);
}

/** True when both paths lead to one file, through links of any kind. */
export function isSameFile(a: string, b: string): boolean {
  if (isUrl(a) || isUrl(b)) return a === b;
  if (resolve(a) === resolve(b)) return true;
  try {
    const [one, other] = [statSync(a), statSync(b)];
    return one.ino !== 0 && one.ino === other.ino && one.dev === other.dev;
  } catch {
    return false;
  }
}

/** The extension, dot included; what packs a file whose own extension matters belongs to it. */
function ending(address: string): string {
  const path = isUrl(address) ? pathOfUrl(address) : address;
  return /\.nii\.gz$/i.exec(path)?.[0] ?? extname(path);
}

/** The extension in lower case, dot included (`.h5`, `.nii.gz`); empty when there is none. */
export function extensionOf(path: string): string {
  return ending(path).toLowerCase();
}

/** `folder/scan.npy` and `com` give `folder/scan.com.npy`. */
export function withPart(path: string, part: string): string {
  const extension = ending(path);
  return join(dirname(path), `${basename(path, extension)}.${part}${extension}`);
}

/** The last part of a path, or of that of an address. */
export function baseName(path: string): string {
  return basename(isUrl(path) ? pathOfUrl(path) : path);
}

/** A file of this name in a folder. */
export function inFolder(folder: string, name: string): string {
  return join(folder, name);
}

/** A file of this name in the folder of `path`. */
export function inFolderOf(path: string, name: string): string {
  if (isUrl(path)) return new URL(encodeURIComponent(name), path).href;
  return join(dirname(path), name);
}
