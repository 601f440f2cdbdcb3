import type { Filter } from '../../core/storage.js';
import { malformed } from './bytes.js';
import { type Dataspace, readDataspace } from './dataspace.js';
import { type Datatype, readDatatype } from './datatype.js';
import { type ExternalSegment, readExternalFiles } from './externalfiles.js';
import { readFill } from './fill.js';
import { readFilters } from './filters.js';
import { findMessage, MESSAGE, type Message } from './header.js';
import { type Layout, readLayout } from './layout.js';
import type { Hdf5File } from './superblock.js';

/** Everything an object header says about a data set. */
export interface Dataset {
  readonly file: Hdf5File;
  readonly path: string;
  readonly space: Dataspace;
  readonly type: Datatype;
  readonly layout: Layout;
  readonly pipeline: readonly Filter[];
  readonly fill: Uint8Array;
  /** Raw files that hold a contiguous data set, in order; empty when this file does. */
  readonly external: readonly ExternalSegment[];
}

/** True when the messages describe a data set rather than a group or a committed datatype. */
export function isDataset(messages: readonly Message[]): boolean {
  return messages.some((m) => m.type === MESSAGE.layout) && messages.some((m) => m.type === MESSAGE.dataspace);
}

/** Shape and element type alone: enough to choose among data sets, cheap enough for thousands. */
export function describeDataset(
  file: Hdf5File,
  messages: readonly Message[],
): { space: Dataspace; type: Datatype } | null {
  const space = findMessage(messages, MESSAGE.dataspace);
  const type = findMessage(messages, MESSAGE.datatype);
  if (space === null || type === null) return null;
  return { space: readDataspace(space), type: readDatatype(type, file) };
}

/** @throws SourceError when a message is missing or damaged */
export function readDataset(file: Hdf5File, path: string, messages: readonly Message[]): Dataset {
  const described = describeDataset(file, messages);
  const layoutMessage = findMessage(messages, MESSAGE.layout);
  if (described === null || layoutMessage === null) {
    throw malformed(file.path, file.base, `${path} lacks its shape, type or layout`);
  }
  const layout = readLayout(layoutMessage, file);
  const filters = layout.kind === 'chunked' ? findMessage(messages, MESSAGE.filters) : null;
  const { space, type } = described;
  if (layout.kind === 'chunked' && layout.chunkShape.length !== space.shape.length) {
    throw layoutMessage.fail(`chunks of rank ${layout.chunkShape.length} for an array of rank ${space.shape.length}`);
  }
  const external = findMessage(messages, MESSAGE.externalFiles);
  return {
    file,
    path,
    space,
    type,
    layout,
    pipeline: filters === null ? [] : readFilters(filters, type.bytes),
    fill: readFill(messages, type.bytes),
    external: external === null ? [] : readExternalFiles(external, file),
  };
}
