import { VERBS } from './verbs.js';

/** The first help anyone sees. */
export function usage(): string {
  const verbs = VERBS.map(({ synopsis, summary }) => `  fanfold ${synopsis.padEnd(28)} ${summary}`).join('\n');
  return `fanfold: one operator over large stacks of scientific frames, in parallel

${verbs}

  fanfold FILE                         the same as fanfold info FILE
  fanfold VERB --help                  its options
  fanfold run OPERATOR --help          the operator's options

Example: the dark-field image of a 4D-STEM scan
  fanfold run mask scan.h5 --detector annulus --inner 20 --outer 60 -o adf.png
`;
}
