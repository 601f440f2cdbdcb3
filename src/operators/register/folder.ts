import type { FolderContext, FolderFile, FolderPlan } from '../../core/operator.js';
import type { Stack } from '../../core/stack.js';
import type { Given } from './method.js';
import { reslices } from './outputs.js';
import type { RegisterParams } from './params.js';

/** Files of slots, as SPM names them: rNAME, meanNAME. Volumes are NIfTI, series of images HDF5. */
export function folderFiles({ frameShape }: Stack, values: Given, name: string): FolderPlan<string> {
  const beside = [`rp_${name}.txt`];
  if (!reslices(values)) return { slots: {}, beside };
  const extension = frameShape.length === 3 ? '.nii' : '.h5';
  const slots = {
    ...(values.noReslice ? {} : { realigned: `r${name}${extension}` }),
    mean: `mean${name}${extension}`,
  };
  return { slots, beside };
}

/** The files beside them. */
export function besideFiles({ out, name }: FolderContext<RegisterParams, string>): readonly FolderFile[] {
  const params = out.params;
  if (!params) return [];
  const rows = Array.from({ length: params.length / 6 }, (_, i) => [...params.subarray(6 * i, 6 * i + 6)]);
  const text = rows.map((row) => row.map((value) => value.toExponential(7).padStart(16)).join('')).join('\n');
  return [{ file: `rp_${name}.txt`, text: `${text}\n` }];
}
