import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HttpFailure } from './failure.js';

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

/** Where pieces of a body go, and what they become. */
export interface Unpacker {
  /** Waits while more is to be unpacked than should be held. */
  push(piece: Buffer): Promise<void> | void;
  /** Waits for what is still being unpacked. @throws HttpFailure for what is damaged; what `take` threw */
  end(): Promise<void>;
  /** Nothing more goes to `take`, not even what is being unpacked. */
  abandon(): void;
}

/**
 * Undoes the content encoding of a body that came packed unasked.
 *
 * @param take gets the plain bytes in order
 * @throws HttpFailure for an encoding that is not known
 */
export function unpacker(encoding: string, take: (piece: Buffer) => void): Unpacker {
  const make = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding as keyof typeof DECODERS] : null;
  if (!make) {
    const remedy = 'Ask who runs the server to send it as it is.';
    throw new HttpFailure('packed', `the server packs it in a way that is not known (${encoding})`, { remedy });
  }
  const decoder = make();
  let failure: unknown = null;
  let wake = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    decoder.on('data', (piece: Buffer) => {
      try {
        if (!failure) take(piece);
      } catch (error) {
        failure = error;
        decoder.destroy();
      }
    });
    decoder.once('error', (error) => {
      failure ??= new HttpFailure('connection-lost', `what it sent cannot be unpacked (${error.message})`, {
        isPassing: true,
      });
    });
    decoder.on('drain', () => wake());
    // What is damaged shows at the end.
    decoder.once('close', () => {
      wake();
      resolve();
    });
  });
  return {
    push: (piece) => {
      if (failure) throw failure;
      if (decoder.write(piece) || decoder.destroyed) return;
      return new Promise<void>((resolve) => {
        wake = resolve;
      });
    },
    end: async () => {
      if (!decoder.destroyed) decoder.end();
      await ended;
      if (failure) throw failure;
    },
    abandon: () => {
      failure ??= new Error('given up');
      decoder.destroy();
    },
  };
}
