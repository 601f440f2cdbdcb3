/** Definitions and conventions for the docs page. */
export const details = `
Forward, for frequencies (k, l) and an image I of height H and width W:
F(k, l) = s sum over y and x of I(y, x) exp(-2 pi i (k y / H + l x / W)); the inverse has exp(+2 pi i ...). s is 1 forward and 1 / (H W)
back (backward), the other way round (forward), or 1 / sqrt(H W) both ways (ortho): numpy.fft.fft2 and ifft2 give the same. Any
size will do, also 1 and primes.

Results are called spectrum whatever they are. --output complex gives an entry of shape (H, W, 2), real part before imaginary part: in
NumPy, spectrum.view(numpy.complex64)[..., 0], or complex128 for float64. Such frames, read with --frame-rank 3, are complex
input, forward and inverse: fft2 --output complex and then fft2 --inverse --frame-rank 3 gives the image back. Frames of (H, W) are real, for
--inverse too.

With --shift frequency 0 lies at (H / 2, W / 2), rounded down, as numpy.fft.fftshift puts it: in the result, and with --inverse in the
frames that are read. Axes of results are cycles per unit of the frame's axes.

Real frames are exploited: pairs of columns are transformed as one complex column, half of the rows of the spectrum are computed, and
the others mirrored. Lengths are cut into factors 2, 3, 4, 5, 7, 8, 11 and 13; a length with a larger prime is a convolution of
a longer, fast length (Bluestein 1970), at about five times the price. Angles are taken in float64. Beside the largest number of a
spectrum, float32 results are wrong by about 2e-7 and float64 ones by 4e-16; the mean of an image, at frequency 0, is often that
number. A pixel that is NaN or infinite leaves no number of its frame's spectrum defined: most of them are then NaN.

The TypeScript reference works in float64 throughout. --method naive is the double sum itself, for every frequency.

Libraries for JavaScript (fft.js, kissfft, pffft compiled to WebAssembly) transform one line after the other, and took 4 to 5 ms for 512 x 512
pixels on a machine where SciPy needs 1.3. This kernel transforms four lines of float32, or two of float64, in the lanes of its
vectors, so that no stage moves numbers between lanes, and reads and writes frames itself.
`;
