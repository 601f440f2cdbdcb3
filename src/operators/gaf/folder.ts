import type { FolderContext, FolderFile, FolderPlan } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import type { Labels } from '../../core/series.js';
import type { Stack } from '../../core/stack.js';
import { type GafParams, wantedFields } from './params.js';

const LABELS = 'labels.csv';
const CONTACT = 'contact.png';

/** A file for each result, and beside them the classes and a page to look at. */
export function folderFiles(_stack: Stack, values: Values<GafParams>, name: string): FolderPlan<string> {
  const slots = wantedFields(values).map((slot) => [slot, `${name}_${slot}.npy`]);
  return { slots: Object.fromEntries(slots), beside: [LABELS, CONTACT] };
}

/** The class of every frame, its number and its name; empty where it has none. */
function labelsText({ classes, of }: Labels): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = Array.from(of, (label, frame) => `${frame},${label < 0 ? '' : label},${quoted(classes[label] ?? '')}`);
  return `${['frame,label,class', ...lines].join('\n')}\n`;
}

/** Classes, where the source has them, and the contact sheet. */
export async function besideFiles(context: FolderContext<GafParams, string>): Promise<readonly FolderFile[]> {
  const { labels } = context;
  const { contactPage } = await import('./contact.js');
  return [
    ...(labels ? [{ file: LABELS, text: labelsText(labels) }] : []),
    { file: CONTACT, page: await contactPage(context) },
  ];
}
