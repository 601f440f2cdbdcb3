/** The text of the operator's page. */
export const details = `
Frames are series: (channels, points) or (points). Every series becomes two images of size x size pixels, Gramian angular fields
(Wang and Oates 2015), as pyts makes them:
- averages of --size pieces, with the bounds trunc(linspace(0, points, size + 1)); --overlapping: windows of
  ceil(points / size) points that overlap by trunc(linspace(0, surplus, size)). Fewer points cannot be made more.
- scaling to --range of every series by itself, v f + (lo - min f) with f = (hi - lo) / (max - min). A series whose values
  differ by less than 2.2e-15 is constant, and lo everywhere.
- with x = cos(phi) the scaled values and y = sin(phi) = sqrt(1 - x^2), the square clipped at 1:
  sum G_ij = cos(phi_i + phi_j) = x_i x_j - y_i y_j, symmetric, diagonal 2 x^2 - 1;
  diff G_ij = sin(phi_i - phi_j) = y_i x_j - x_i y_j, antisymmetric, diagonal 0.

sum and diff are (channels, size, size) per frame, from -1 to 1. Integers are round((g + 1) 127.5) for uint8 and round((g + 1)
32767.5) for uint16, half to even (0 is 128 and 32768), of float64 products; values within 1e-9 of a level below a tie go up. float32
images are float32 products of x and y in float32, within 1.2e-7; everything before is float64. float64 images are for comparing.

vectors holds x and y, (channels, 2, size) in float64: the images have rank 2, so that two vectors are all there is to keep, 48 times
less than two float32 images of 96 x 96: gafImages of the package makes images of them when they are wanted. limits holds the least and largest value of a
series before scaling, (channels, 2): with --range 0,1 these and the diagonal of sum, x = sqrt((G_ii + 1) / 2), give the averaged
series back (inverseGaf).

A point that is NaN or infinite ends the run with its frame and channel: --nan says what the source does with missing points.

-o FOLDER/ writes each result to a .npy file of its own while the run goes on, the class of every frame to labels.csv where the
source has classes, and contact.png: a dozen series, spread over all, beside their images. -o NAME.png is that sheet alone, -o 'NAME_{}.png'
a picture for each frame. With --resume, a run that
was stopped is gone on with.
`;
