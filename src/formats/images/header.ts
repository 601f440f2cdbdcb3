import { SourceError } from '../../core/errors.js';

/** Where bytes of a file are read from, a few at a time. */
export interface HeaderBytes {
  readonly location: string;
  readonly size: number;
  /** @throws SourceError where the file ends before */
  at(position: number, length: number): DataView;
}

/** What the header of a PNG, JPEG or WebP file says of its image. */
export interface ImageHeader {
  readonly kind: 'PNG' | 'JPEG' | 'WebP';
  /** Upright, as the pixels will be. */
  readonly width: number;
  readonly height: number;
  readonly elementBytes: 1 | 2;
  /** Stored samples a pixel; 1 for numbers of a palette. */
  readonly samples: number;
  readonly isColour: boolean;
  readonly hasOpacity: boolean;
  /** Worth knowing of this file: what is left out, and how it was turned. */
  readonly notes: readonly string[];
}

/** The error for a file whose header makes no sense. */
export function badImage(location: string, kind: string, why: string): SourceError {
  return new SourceError('bad-image', `${location} is not a readable ${kind}: ${why}.`, { path: location });
}

/** The error for an image that is sound but of which no frame can be made. */
export function unsupportedImage(location: string, what: string, remedy: string): SourceError {
  return new SourceError('unsupported-image', `${location} is ${what}. ${remedy}`, { path: location });
}

/** Rows and columns of an image that is turned by a quarter are exchanged. */
export function upright(width: number, height: number, orientation: number): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
