/** The line in front of the header of a binary section. */
export const SECTION = '--CIF-BINARY-FORMAT-SECTION--';

/** Headers begin their binary section before this, or begin with the name of the format. */
const SEARCHED = 8192;

/** True when the first bytes of a file are those of a CBF. */
export function looksLikeCbf(head: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(head.subarray(0, SEARCHED));
  return /^\s*###CBF/.test(text) || (/^\s*(?:#|data_|_)/.test(text) && text.includes(SECTION));
}
