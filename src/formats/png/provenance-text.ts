import type { Provenance } from '../../core/sink.js';

/** PNG text is Latin-1; other letters are escaped as in JSON. */
function latin1(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** How a picture came to be, as text chunks of a PNG file. */
export function provenanceText(title: string, { program, version, recipe }: Provenance): Record<string, string> {
  return { Software: `${program} ${version}`, Title: latin1(title), Recipe: latin1(recipe) };
}
