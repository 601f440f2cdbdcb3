import { conventions } from './conventions.js';

/** The text of the operator's page. */
export const details = `
Every frame, a volume or an image, is moved onto a reference by a rigid transform that least squares finds. params has six
numbers a frame, as SPM: x, y, z in mm, then pitch, roll and yaw in radians, of T = Tr(x, y, z) Rx(pitch) Ry(roll) Rz(yaw) with
Rx = [1 0 0; 0 c s; 0 -s c], Ry = [c 0 s; 0 1 0; -s 0 c], Rz = [c s 0; -s c 0; 0 0 1]. T takes a world point of the frame to
the world of the reference: it is the correction, and a head that moved by +1 mm has -1. errors are their standard errors.

flags adds up: 1 less than half of the template in view, 2 not converged, 4 correlation with the reference below 0.95, 8 a coarse
search found the start (no fault), 16 nothing to compare, so that no motion is assumed. 0: nothing to say.

The template is the reference, smoothed, sampled by cubic splines at one point in every cell of --spacing mm, each point at
another place within its cell by an additive sequence (Roberts), with its gradients, taken once. There is no weight near the faces
of the field of view. The frame, smoothed alike, is sampled where the motion takes the points, and seven weighted sums, the
six changes with the motion and the intensity, give the next update; points out of view leave the sums. It ends when an update
moves less than --tolerance, as the root mean square in a sphere of 80 mm. Frames with one or two slices have x, y and yaw alone.

Errors follow from the residual and from how smoothing and sampling spread the noise of single voxels over the sums; noise is
taken as independent between voxels. realigned holds the frames on the grid of the reference, sampled once from the
data; mean is their average over the frames that show a voxel.
${conventions}`;
