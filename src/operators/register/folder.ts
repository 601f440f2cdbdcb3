import type { FolderContext, FolderFile, FolderPlan } from '../../core/operator.js';
import { frameCount, type Stack } from '../../core/stack.js';
import { confoundsText } from './confounds.js';
import type { Given } from './method.js';
import { motionFileNames, motionTexts } from './motion-files/index.js';
import { preparedGeometry } from './motion-files/prepared.js';
import { reslices } from './outputs.js';
import type { RegisterParams } from './params.js';
import { fromParameters } from './rigid.js';

/** The same page to read, and to show. */
const REPORTS = ['report.html', 'report.png'];

const confoundsFile = (name: string): string => `confounds_${name}.tsv`;

/** Files of slots, as SPM names them: rNAME, meanNAME. Volumes are NIfTI, series of images HDF5. */
export function folderFiles({ frameShape }: Stack, values: Given, name: string): FolderPlan<string> {
  const beside = [...motionFileNames(name), confoundsFile(name), ...REPORTS];
  if (!reslices(values)) return { slots: {}, beside };
  const extension = frameShape.length === 3 ? '.nii' : '.h5';
  const slots = {
    ...(values.noReslice ? {} : { realigned: `r${name}${extension}` }),
    mean: `mean${name}${extension}`,
  };
  return { slots, beside };
}

/** The files beside them: the motion as other programs write it, what may go into a model, the report. */
export async function besideFiles(context: FolderContext<RegisterParams, string>): Promise<readonly FolderFile[]> {
  const { out, name, stack, values, prepared, read } = context;
  const frames = frameCount(stack);
  const [params, errors, flags] = [
    out.params ?? read('params', 0, frames),
    out.errors ?? read('errors', 0, frames),
    out.flags ?? read('flags', 0, frames),
  ];
  const corrections = Array.from({ length: frames }, (_, i) => fromParameters([...params.subarray(6 * i, 6 * i + 6)]));
  const { reportPage } = await import('./report/index.js');
  const page = await reportPage(context);
  return [
    ...motionTexts(name, corrections, preparedGeometry(stack, values, prepared)),
    { file: confoundsFile(name), text: confoundsText({ ...out, params, errors, flags }, frames) },
    ...REPORTS.map((file) => ({ file, page })),
  ];
}
