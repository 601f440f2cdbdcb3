import { conventions } from './conventions.js';

/** The text of the operator's page. */
export const details = `
Every frame, a volume or an image, is moved onto a reference by a rigid transform that least squares finds. params has six
numbers a frame, as SPM: x, y, z in mm, then pitch, roll and yaw in radians, of T = Tr(x, y, z) Rx(pitch) Ry(roll) Rz(yaw) with
Rx = [1 0 0; 0 c s; 0 -s c], Ry = [c 0 s; 0 1 0; -s 0 c], Rz = [c s 0; -s c 0; 0 0 1]. T takes a world point of the frame to
the world of the reference: it is the correction, and a head that moved by +1 mm has -1. errors are their standard errors.

flags adds up: 1 less than half of the template in view, 2 not converged, 4 correlation with the reference below 0.95, and below
0.97 smoothed by 3.5 voxels, where noise hardly counts; 8 a search found the start (no fault), 16 nothing to compare, so that
no motion is assumed. 0: nothing to say. Errors of parameters that are not looked for are 0.

Frames that correlate with the reference by less than 0.8 start from a search: shifts from the peaks of the phase correlation, and
unless one stands out, turns of 30 and 60 degrees either way on smoother frames. Updates that shrink slowly, where the contrast of
a frame is another, are mixed with those before (Anderson); one that loses the match is taken back.

Lengths are mm where the source, --affine or --voxel says so, else the unit of the axes, or voxels. In volumes in mm the margin is
14 mm and the tolerance 0.01 mm; in images and where there are no mm, 4 voxels and 0.004 voxels. A series whose contrast changes,
such as diffusion, is better moved onto its mean (--reference mean): the first frame has a contrast of its own.

The template is the reference, smoothed, sampled by cubic splines at one point in every cell of --spacing mm, each point at
another place within its cell by an additive sequence (Roberts), with its gradients, taken once. There is no weight near the faces
of the field of view. The frame, smoothed alike, is sampled where the motion takes the points, and seven weighted sums, the
six changes with the motion and the intensity, give the next update; points out of view leave the sums. It ends when an update
moves less than --tolerance, as the root mean square in a sphere of 80 mm. Frames with one or two slices have x, y and yaw alone.

Errors follow from the residual, at every point as far as it moves the estimate, and from how smoothing and sampling spread the noise
of single voxels over the sums; noise is taken as independent between voxels. They are those of the motion against the reference, whose
noise they hold too; with --reference mean of the motion against frame 0. What moves otherwise than a rigid head they do not tell.
realigned holds the frames on the grid of the reference, sampled once from the
data; mean is their average over the frames that show a voxel.

--method spm does what SPM12's realignment does, step by step, in float64: --fwhm 5 mm, --spacing 4 mm, a quadratic spline,
points dropped until those left hold --keep 0.9 of the determinant (1, the default, counts as not given), a ratio as
intensity, and --reference mean for its second pass to the mean (SPM's default; first is its register to first). SPM places
its points at random, so that its own answer depends on a generator; here each lies a quarter of a voxel within its cell.
Next to SPM12 itself parameters differ by as much (0.006 mm on a head at rest, 0.4 mm on a diffusion series); with points in
the same places they agree within 1e-6 mm. --margin, --tolerance, --iterations and --coarse have no meaning there: it makes
64 updates at most, and two more once the residual falls by less than 1e-8 of itself. errors come from the residual as if the
points were independent, which smoothing makes them not: on a phantom they are too small by a factor of 1.4 to 2.1. Of the
flags there are 1 (less than 32 points in view, where SPM stops), 2 and 16. Frames are realigned by splines of degree 4;
voxels up to 0.05 outside the frame are shown, by shears up to 1e-4 as without it.
${conventions}`;
