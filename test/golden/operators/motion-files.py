"""Motion as SPM, FSL, AFNI and ITK write it: /usr/bin/python3 test/golden/operators/motion-files.py > test/golden/operators/motion-files.json

From the definitions, with NumPy; orientations by nibabel, Euler angles by SciPy. W takes a world point of a frame to the reference.
"""

import json

import nibabel as nib
import numpy as np
from scipy.spatial.transform import Rotation

LPS = np.diag([-1.0, -1, 1, 1])


def rigid(rotation, shift):
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, shift
    return matrix


def spm(six):
    """spm_matrix: T Rx Ry Rz, with Rx = [1 0 0; 0 c s; 0 -s c], Ry = [c 0 s; 0 1 0; -s 0 c], Rz = [c s 0; -s c 0; 0 0 1]."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(six[3:]), np.sin(six[3:])
    rx = np.array([[1, 0, 0], [0, cx, sx], [0, -sx, cx]])
    ry = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    rz = np.array([[cz, sz, 0], [-sz, cz, 0], [0, 0, 1]])
    return rigid(rx @ ry @ rz, six[:3])


def fsl_space(affine, shape):
    """Voxels to FSL millimetres: scaled by the voxel size, x from the other side where the determinant is positive."""
    sizes = nib.affines.voxel_sizes(affine)
    scaled = np.diag([*sizes, 1])
    if np.linalg.det(affine[:3, :3]) > 0:
        mirror = np.diag([-1.0, 1, 1, 1])
        mirror[0, 3] = shape[0] - 1
        scaled = scaled @ mirror
    return scaled


def fsl(w, affine, shape, gravity):
    """MCFLIRT: Rx Ry Rz of turns that are left-handed, about the centre of gravity; radians, then mm."""
    space = fsl_space(affine, shape)
    to = space @ np.linalg.inv(affine)
    m = to @ w @ np.linalg.inv(to)
    centre = (space @ [*gravity, 1])[:3]
    turns = -Rotation.from_matrix(m[:3, :3]).as_euler("XYZ")
    return [*turns, *(m[:3, :3] @ centre + m[:3, 3] - centre)]


def cardinal(affine):
    """Voxels to AFNI's DICOM coordinates: signs and order of the axes alone, the first voxel where the affine puts it."""
    sizes = nib.affines.voxel_sizes(affine)
    real = LPS @ affine
    card = np.eye(4)
    card[:3, :3] = 0
    for axis, (row, sign) in enumerate(nib.io_orientation(real)):
        card[int(row), axis] = sign * sizes[axis]
    card[:3, 3] = real[:3, 3]
    return card


def afni(w, affine, shape):
    """3dvolreg: turns about S, then L, then P, right-handed, about the centre of the grid; then towards S, L, P. And the inverse."""
    card = cardinal(affine)
    to = card @ np.linalg.inv(affine)
    m = to @ w @ np.linalg.inv(to)
    centre = (card @ [*((np.array(shape) - 1) / 2), 1])[:3]
    roll, pitch, yaw = Rotation.from_matrix(m[:3, :3]).as_euler("zxy", degrees=True)
    left, posterior, superior = m[:3, :3] @ centre + m[:3, 3] - centre
    return [roll, pitch, yaw, superior, left, posterior], np.linalg.inv(m)[:3].ravel().tolist()


def itk(w):
    m = LPS @ np.linalg.inv(w) @ LPS
    return [*m[:3, :3].ravel(), *m[:3, 3]]


def rms_deviation(a, b, centre, radius=80.0):
    """FSL's rmsdiff: of A inv(B) - 1, in a sphere about the centre of the volume."""
    difference = a @ np.linalg.inv(b) - np.eye(4)
    shift = difference[:3, 3] + difference[:3, :3] @ centre
    return float(np.sqrt(shift @ shift + radius**2 / 5 * np.trace(difference[:3, :3].T @ difference[:3, :3])))


def turned(degrees):
    return Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()


shape, gravity = (40, 36, 20), (18.25, 20.5, 8.75)
motions = np.array([[0, 0, 0, 0, 0, 0], [0.4, -0.3, 0.6, 0.01, -0.02, 0.03], [-2.5, 12, 1.25, 0.3, 0.2, -0.5], [1, 2, -3, -0.004, 0.9, 0.001]])
affines = {
    "left-handed, as most scanners store": (np.diag([-3.5, 3.5, 4]), (66, -60, -35)),
    "right-handed": (np.diag([3, 3, 4.5]), (-61, -50, -30)),
    "oblique, right-handed": (turned([12, -7, 20]) @ np.diag([3, 3.2, 5]), (-50, -70, -20)),
    "oblique, left-handed": (turned([-25, 4, -8]) @ np.diag([-2.5, 2.5, 3]), (44, -41, 12)),
    "sagittal slices, oblique": (turned([3, 9, -11]) @ np.array([[0, 0, 4], [-3, 0, 0], [0, -3, 0.0]]), (-40, 55, 60)),
}
cases = []
for name, (linear, origin) in affines.items():
    affine = rigid(linear, origin)
    worlds = [spm(six) for six in motions]
    rows = [afni(w, affine, shape) for w in worlds]
    space = fsl_space(affine, shape)
    to = space @ np.linalg.inv(affine)
    inside = [to @ w @ np.linalg.inv(to) for w in worlds]
    centre = (np.array(shape) - 1) / 2 * nib.affines.voxel_sizes(affine)
    cases.append({
        "name": name,
        "affine": affine[:3].ravel().tolist(),
        "flipped": bool(np.linalg.det(affine[:3, :3]) > 0),
        "fsl": [fsl(w, affine, shape, gravity) for w in worlds],
        "afni": [one for one, _ in rows],
        "aff12": [matrix for _, matrix in rows],
        "itk": [itk(w) for w in worlds],
        "jenkinson": [0.0] + [rms_deviation(inside[i - 1], inside[i], centre) for i in range(1, len(inside))],
    })

z, y, x = np.mgrid[0:7, 0:6, 0:5]
image = ((x * 7 + y * 13 + z * 29) % 23 - 5).astype(float)
above = image - image.min()
changes = np.abs(np.diff(motions, axis=0))
print(json.dumps({
    "shape": shape,
    "gravity": gravity,
    "motions": motions.tolist(),
    "cases": cases,
    "image": {"size": [5, 6, 7], "gravity": [float((above * axis).sum() / above.sum()) for axis in (x, y, z)]},
    "power": [0.0, *(changes[:, :3].sum(1) + 35 * changes[:, 3:].sum(1)).tolist()],
}, indent=1))
