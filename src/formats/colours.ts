import type { Channel } from '../core/channel.js';
import { UsageError } from '../core/errors.js';
import type { OpenOptions, Source } from '../core/source.js';
import type { Axis } from '../core/stack.js';

/** The last dimension of frames that hold all colours: red, green, blue. */
export const colourAxis: Axis = { name: 'colour', unit: '', step: 1, origin: 0 };

/** What frames are of colour images. */
export function channelNote(channel: Channel): string {
  if (channel === 'all') return 'colours: frames are (row, column, red green blue)';
  if (channel !== 'grey') return `colours: frames are ${channel} alone`;
  return 'colours: frames are the luminance 0.299 red + 0.587 green + 0.114 blue; --channel red, green, blue or all reads others';
}

/** @throws UsageError for a channel of a source whose format knows no colours */
export function refuseChannel({ format, location }: Source, { channel }: OpenOptions): void {
  if (channel === undefined || format === 'images' || format === 'tiff') return;
  throw new UsageError('bad-option', `--channel is for colour images, which ${location} is not. Leave it out.`, {
    path: location,
  });
}
