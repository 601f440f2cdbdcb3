/** Definitions and conventions for the docs page. */
export const details = `
For an image I of (H, W) and a template T of (h, w), result (i, j) is the sum over (a, b) of T(a, b) I(i - p + a, j - q + b), where I is 0
outside. The template is not turned around. scipy.signal.correlate gives the same; so do correlate2d, which has same one pixel later for even
extents of the template, and scipy.ndimage.correlate with mode constant.
- valid: p = q = 0, (H - h + 1, W - w + 1) results: the template lies within the frame. A template that is larger than the frame in
  either direction is refused; scipy exchanges the two.
- same: p = h / 2, q = w / 2, rounded down, (H, W) results: result (i, j) has the template's middle on pixel (i, j).
- full: p = h - 1, q = w - 1, (H + h - 1, W + w - 1) results: all positions where template and frame meet.
Axes say where in the frame the middle of the template lies.

--normalise subtracts the mean of the template and divides by the square root of its sum of squares times that of the frame under it, less
the frame's mean there (Lewis 1995; skimage.feature.match_template): coefficients from -1 to 1, 0 where the frame is constant.
Beyond the edge the frame counts as 0.

--method direct adds up the products in the order of the template, in the precision of the results; naive, the loops of the definition,
gives the same bits. fft multiplies transforms (see fft2), at a size at which nothing wraps around, and is wrong by about 2e-7 of
the largest result in float32, 4e-16 in float64. auto compares h w operations for each result with those of the transforms: for images
of 512 x 512, templates of 10 x 10 pixels and more are transformed. A frame with a pixel that is NaN or infinite is always
summed, so that only the results under which it lies are affected. The TypeScript reference takes sums whatever the method.
`;
