import type { NumericArray } from '../core/dtype.js';
import type { ConvLayer } from './network.js';

/**
 * The pixels that each output pixel of a first convolution sees: rows of kernel x kernel numbers, for every image and
 * output pixel in order. Made here because images have no gradient, and a product of matrices is the fastest convolution.
 *
 * @param images square images of `pixels` x `pixels`, one behind the other
 * @param into room for images x (pixels / stride)² x kernel² numbers; what the images do not reach is left as it is
 */
export function unfold(images: NumericArray, pixels: number, layer: ConvLayer, into: Float32Array): void {
  const { kernel, stride, padding } = layer;
  const side = Math.floor(pixels / stride);
  const count = images.length / (pixels * pixels);
  let at = 0;
  for (let image = 0; image < count; image++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        for (let ky = 0; ky < kernel; ky++) {
          const row = y * stride + ky - padding;
          const start = (image * pixels + row) * pixels;
          for (let kx = 0; kx < kernel; kx++, at++) {
            const column = x * stride + kx - padding;
            const inside = row >= 0 && row < pixels && column >= 0 && column < pixels;
            into[at] = inside ? (images[start + column] ?? 0) : 0;
          }
        }
      }
    }
  }
}
