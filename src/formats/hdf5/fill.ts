import type { Cursor } from './cursor.js';
import { findMessage, MESSAGE, type Message } from './header.js';

function readFillMessage(cursor: Cursor): Uint8Array | null {
  const version = cursor.u8();
  if (version === 3) {
    const flags = cursor.u8();
    return (flags & 0x20) === 0 ? null : cursor.bytes(cursor.u32());
  }
  if (version !== 1 && version !== 2) throw cursor.fail('a fill value of unknown version');
  cursor.skip(2);
  const defined = cursor.u8();
  return version === 2 && defined === 0 ? null : cursor.bytes(cursor.u32());
}

/** Bytes of one element that stand for what was never written: zeros unless the file says otherwise. */
export function readFill(messages: readonly Message[], elementBytes: number): Uint8Array {
  const current = findMessage(messages, MESSAGE.fill);
  let value = current === null ? null : readFillMessage(current);
  const old = findMessage(messages, MESSAGE.oldFill);
  if (current === null && old !== null) value = old.bytes(old.u32());
  return value?.length === elementBytes ? value : new Uint8Array(elementBytes);
}
