/** The definitions of `filter`, for its docs page. */
export const details = `
Every pixel of the result is made of a window of rows x columns pixels around it. A window of an even size reaches one pixel further up and
to the left: rows -N // 2 to N - 1 - N // 2, as in scipy.ndimage. Kernels are not turned over: this is correlation, as
scipy.ndimage.correlate, uniform_filter, gaussian_filter, median_filter and sobel have it.

- mean: the sum of the window divided by its number of pixels
- gaussian: weights exp(-k^2 / (2 sigma^2)) for k from -r to r, r = floor(truncate sigma + 0.5), divided by their sum; sigma 0 leaves an
  axis as it is
- median: the value of rank n // 2, counted from 0, of the n of a window: the middle one, and of an even number the upper of both
- sobel-y, sobel-x: (-1, 0, 1) down or along the row times (1, 2, 1) across; sobel is sqrt(y^2 + x^2). Nothing is divided by 8.
- weights: sum of weight times pixel. A weight of 0 does not count, even over NaN.

Borders, for a row a b c d: reflect (the default, as in scipy) reads d c b a | a b c d | d c b a, mirror d c b | a b c d | c b a (numpy's
reflect), nearest a a a | a b c d | d d d, wrap b c d | a b c d | a b c, zero 0 0 0 | a b c d | 0 0 0. With zero-border a pixel whose
window leaves the frame becomes 0. Windows may be larger than the frame, which is then repeated as often as it takes; zero-border
refuses them, because nothing but 0 would be left.

Numbers: frames are converted to the dtype of the result when they are read, and all arithmetic is in that dtype. Sums have one order: each
row of the window from left to right, from 0, then the sums of rows from top to bottom. A kernel that is exactly a column times a
row is applied as these two (weight of the row times the sum of the row), and so are gaussian and sobel; every other one weight by weight. The fast
way does the same additions, only shares the sums of rows between windows: its results have the bits of the naive loop, at borders as
inside. Nothing is carried from window to window, so that NaN and infinity change only the windows they lie in. NaN in a window
makes a median NaN, and -0 counts as 0.

With float32, sums of windows agree with float64 within about 1e-7 times the rows plus columns of the window; sums of 8 bit frames are exact
for windows of up to 65,793 pixels, of 16 bit frames up to 256. Frames are images; choose --frame-rank 2 for volumes.
`;
