export type { Attribute } from './attribute.js';
export { describeFilter, fallbackKind } from './fallback.js';
export { openHdf5 } from './open.js';
export { isHdf5 } from './superblock.js';
