/** How the motion that an output folder holds translates: a part of the operator's page. */
export const conventions = `
### Motion for other programs, and from them

An output folder (\`-o out/\`) holds the same motion five times. \`--apply\` and \`--compare\` read each of them, whoever wrote it, with a
row for every frame. W is the correction that params describe: it takes a world point (right, anterior, superior, mm) of a frame
to the reference. c is the point about which turns are taken: a shift is how far c itself moves.

| file | numbers of a row | units | direction | axes | turns about |
| --- | --- | --- | --- | --- | --- |
| rp_NAME.txt (SPM) | x y z pitch roll yaw | mm, radians | frame to reference | world: R A S | world origin |
| NAME.par (FSL MCFLIRT) | Rx Ry Rz Tx Ty Tz | radians, mm | frame to reference | FSL mm | centre of gravity of the reference |
| NAME.1D (AFNI 3dvolreg -1Dfile) | roll pitch yaw dS dL dP | degrees, mm | input to base (frame to reference) | AFNI: S, L, P | centre of the grid |
| NAME.aff12.1D (AFNI -1Dmatrix_save) | 3 rows of 4 | mm | base to input (reference to frame) | AFNI: L P S | - |
| NAME.tfm (ITK, ANTs) | 9 of the matrix, 3 of the shift | mm | fixed to moving (reference to frame) | world: L P S | 0 0 0 |

Signs. A head that moved by +1 mm to the left (x -1), and is not turned, has x = +1 in rp, dL = -1, and +1 (towards L) as the
shift of aff12 and of the .tfm. With axial slices FSL's x runs to the left whichever way the file is stored, so Tx = -1.

Turns. SPM: Rx Ry Rz as above. FSL: R = Rx Ry Rz with Rx = [1 0 0; 0 c s; 0 -s c], Ry = [c 0 -s; 0 1 0; s 0 c],
Rz = [c s 0; -s c 0; 0 0 1]: x and z as SPM, y the other way round. AFNI: first roll about S, then pitch about L, then yaw about P,
each right-handed. AFNI calls roll what SPM calls yaw, and yaw what SPM calls roll. ITK: the matrix; when it is read also
Euler3DTransform, R = Rz Rx Ry, and any centre in FixedParameters.

FSL mm are voxel numbers times voxel sizes, x counted from the last voxel where the affine has a positive determinant, and from the
first where it is negative or there is none. The centre of gravity weighs each voxel with its value above the least value of
the reference: frame 0 for --reference first and mean. To read a .par give the reference that it was made with:
MCFLIRT takes frame N/2 of N, rounded down, unless told otherwise.

AFNI coordinates of an oblique grid are not those of the scanner: each axis lies along the nearest of L, P and S, and the first
voxel stays where the affine puts it. Both AFNI files are in these. Of grids that are not oblique they are DICOM coordinates. AFNI
prefers the qform of a file, here it is the sform that counts: where they disagree, give --affine.

What this rests on: SPM, the definition of spm_matrix, and parameters that SPM12 found in real series; FSL, the published sources
of mcflirt (.par of decompose_aff, rotmat2euler, cog) and newimage (left-right order); AFNI, those of 3dvolreg, rot_to_matrix
and thd_niftiread, for the meaning of .1D also the manual of niimath, for oblique grids nitransforms, which say the same; ITK, its own
test of Euler angles, and its text format as FreeSurfer and nitransforms read and write it. Each conversion agrees with a
program of its own, in numpy, scipy and nibabel, on left- and right-handed, oblique and sagittal grids. The direction of aff12 is
that of matrices that 3dvolreg wrote for a real series; beyond that MCFLIRT, 3dvolreg and ANTs have not been run on these files.

confounds_NAME.tsv has the names of BIDS derivatives: trans_x to rot_z are params (SPM's; those of fMRIPrep are FSL's turns about the
centre of gravity), _se their standard errors, framewise_displacement is fd, rmsd is jenkinson, then DVARS and flags; n/a where
there is none.

fd is the displacement of Power et al. 2012: the sum of the absolute changes of the six params, turns as arcs on a sphere
of --radius. As in nipype and elsewhere it takes the parameters as they are, here about the world origin: it grows with turns when
that origin is far from the head. jenkinson has no such choice: the root mean square of how far points of an 80 mm sphere about the
centre of the volume move from one frame to the next, as rmsdiff and MCFLIRT's _rel.rms of FSL. difference is the same between
the motion found and that of --compare, which must be relative to the same reference. The first frame has 0.
`;
