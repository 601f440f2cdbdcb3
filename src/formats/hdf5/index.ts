export type { Attribute } from './attribute.js';
export { fallbackKind } from './fallback.js';
export { openLibrary } from './library.js';
export { missingSources } from './missing.js';
export { openHdf5 } from './open.js';
export { isHdf5 } from './superblock.js';
export { type Hdf5Node, listHdf5, readAttributes } from './tree.js';
