/** Longer text of the docs page: the definition and what pyFAI's options are called here. */
export const details = `
Every pixel at row i and column j has a radius (2theta, q or r) and an azimuth chi, from the geometry of a PONI file in pyFAI's
convention: axis 1 is slow (rows), axis 2 fast (columns). With c the part of a pixel that falls into a bin,

    I = S / N,  S = sum c (raw - dark),  N = sum c normalization flat polarization solidangle
    sigma = sqrt(V) / N,  V = sum c^2 max(raw, 1)  (error model poisson)

and 0 in a bin without valid pixels. This is the weighted mean of pyFAI's integrate1d_ng and integrate2d_ng, not the mean of
corrected pixels. A pixel is invalid when it is masked, NaN or infinite, within --delta-dummy of --dummy, or where flat or the whole
normalisation is 0.

Splitting: no puts a pixel into the bin of its centre; bbox spreads it evenly over the interval from its smallest to its largest
radius; full shares it by the area of its outline in (radius, chi). A cake (--npt-azim) does the same in two axes. As in pyFAI, no
and bbox count pixels up to one bin below --radial-range in its first bin: with a few wide bins take full, or leave the first out.

Precision: exact computes the geometry in float64. pyfai repeats the float32 steps of pyFAI up to 2025.03 and agrees with it
within 1e-6; without splitting that moves pixels on the edge of a bin by one bin. Cakes over an --azimuth-range beyond 180 degrees,
such as 0,360, are filled by exact alone, which also keeps pixels below the range out of the first bin of azimuth.

Geometry comes from --poni; else from what the source says of its detector; --distance, --beam-center, --pixel-size,
--rotation and --wavelength replace single values. A named detector (in the PONI file or --detector) masks the gaps between
its modules; the source's own bad-pixel mask is used unless --no-file-mask is given.

Error model azimuthal takes the variance of each ring from its own spread, in one pass. sigma-clip drops, for up to --rounds
rounds, pixels further from the mean than max(--cutoff, Chauvenet's limit sqrt(2 ln(n / sqrt(2 pi)))) standard deviations;
without an error model the spread of the ring says what those are. median is the median of corrected pixels. These see whole
rings and take the sparse matrix.

Frames are added up pixel by pixel in float64, integers without splitting exactly; the result has the same bits for any number
of workers, any layout and both ways to split the work.

From pyFAI: npt and npt_rad are --npt; npt_azim --npt-azim; method ("bbox", "csr", "cython") --splitting bbox --method csr;
correctSolidAngle=False --no-solid-angle; polarization_factor --polarization-factor; normalization_factor
--normalization-factor; error_model --error-model; radial_range and azimuth_range the same; dummy and delta_dummy the same;
sigma_clip_ng thres and max_iter --average sigma-clip with --cutoff and --rounds; medfilt1d --average median.

Sources: Kieffer and Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012; Ashiotis et al., J. Appl. Cryst. 48 (2015) 510;
Kieffer et al., J. Appl. Cryst. 58 (2025) 138, for error models and clipping.
`;
