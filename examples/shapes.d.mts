export declare const PIXELS: number;
export declare const CLASSES: readonly string[];
export declare function makeShapes(
  count: number,
  seed: number,
): { readonly images: Uint8Array; readonly labels: Int32Array };
