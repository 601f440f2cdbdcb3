// Writes docs/operators/ and docs/formats/ from the registries, and puts programs and their outputs into docs/course/. Run
// after the build; with --check it only says what is out of date. --record measures all lessons of the course again,
// --record=NAME,NAME some; with --busy the pages say that other programs ran meanwhile.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SOURCE_PARAMS } from '../dist/cli/common.js';
import { describeParams } from '../dist/cli/help.js';
import { flagOf } from '../dist/core/params.js';
import { OUTPUTS } from '../dist/formats/outputs.js';
import { FORMATS } from '../dist/formats/registry.js';
import { GENERATORS } from '../dist/formats/synthetic/index.js';
import { INFER } from '../dist/infer/declaration.js';
import { outlineOf } from '../dist/operators/outline.js';
import { findOperator, operatorNames } from '../dist/operators/registry.js';
import { coursePages, recordCourse } from './docs-course.mjs';

const docs = join(dirname(fileURLToPath(import.meta.url)), '../docs');
const KINDS = {
  each: 'an entry for each frame',
  whole: 'one for the stack',
  derived: 'one for the stack, worked out last',
};

const page = (...blocks) => `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const code = (text, language = '') => `\`\`\`${language}\n${text}\n\`\`\``;

/** The flags that give these values. */
const flags = (values) =>
  Object.entries(values ?? {})
    .map(([name, value]) => (value === true ? ` --${flagOf(name)}` : ` --${flagOf(name)} ${value}`))
    .join('');

/** What is said of an operator of one kernel. */
const ALONE = { ts: 'The TypeScript reference alone.', onnxruntime: 'onnxruntime, in worker threads.' };

async function operatorPage(name) {
  const operator = await findOperator(name);
  const outline = await outlineOf(operator);
  const commands = (operator.examples ?? [{}]).map(
    (values) =>
      `fanfold run ${name} ${outline.frames === 'series' ? 'train.tsv' : 'scan.h5'}${flags(values)} -o ${name}.h5`,
  );
  return outlinePage(outline, commands);
}

function outlinePage(outline, commands) {
  const outputs = outline.outputs.map((o) => [
    `\`${o.name}\``,
    o.shape.join(', ') || 'a number',
    o.dtype,
    o.unit,
    KINDS[o.kind],
  ]);
  const agree = outline.tolerance > 0 ? `within ${outline.tolerance.toExponential()} of the largest value` : 'exactly';
  return page(
    `# ${outline.name}`,
    `${outline.summary[0].toUpperCase()}${outline.summary.slice(1)}.`,
    code(commands.join('\n'), 'sh'),
    '## Options',
    Object.keys(outline.params).length > 0 ? code(describeParams(outline.params)) : 'None.',
    '## Outputs',
    outputs.length > 0 ? table(['name', 'shape', 'dtype', 'unit', 'entries'], outputs) : 'They depend on the options.',
    outline.details === '' ? '' : '## Definitions',
    outline.details,
    '## Kernels',
    outline.kernels.length > 1 ? `${outline.kernels.join(' and ')}; they agree ${agree}.` : ALONE[outline.kernels[0]],
  );
}

function formatsPage() {
  return page(
    '# Formats',
    '## Input',
    'A file is recognised by its first bytes, not by its name; text of time series by both. Files on\nservers (`https://host/scan.h5`) are read alike, in ranges: see [the guide](../guide.md#files-on-servers).',
    table(
      ['format', 'usual names', 'what'],
      FORMATS.map((f) => [`[${f.name}](${f.name}.md)`, f.extensions.map((e) => `.${e}`).join(' '), f.summary]),
    ),
    '## Output',
    'The extension of `-o` names the format. Files appear under their name only when they are complete.',
    table(
      ['extension', 'what', 'written while running'],
      OUTPUTS.map((o) => [o.extensions.join(' '), o.summary, o.stream ? 'yes' : 'no']),
    ),
    '## Generated stacks',
    '`fanfold make SHAPE OUT --kind NAME` writes one of these, of any size.',
    ...GENERATORS.map(
      (g) =>
        `### ${g.name}\n\n${g.summary[0].toUpperCase()}${g.summary.slice(1)}. Element types: ${g.dtypes.join(', ')}.${
          Object.keys(g.params).length > 0 ? `\n\n${code(describeParams(g.params))}` : ''
        }`,
    ),
  );
}

const SOURCE_FLAGS = {
  raw: ['frameShape', 'dtype', 'offset', 'frameRank'],
  npz: ['dataset', 'frameRank', 'window', 'step', 'label', 'nan'],
  npy: ['frameRank', 'frameShape', 'window', 'step', 'nan'],
  series: ['window', 'step', 'label', 'time', 'gap', 'nan'],
  tiff: ['frameRank', 'allowGaps'],
  cbf: ['frameRank', 'allowGaps'],
};

function formatPage({ name, summary, extensions, details }) {
  const flags = SOURCE_FLAGS[name] ?? ['dataset', 'frameRank'];
  const params = Object.fromEntries(flags.map((flag) => [flag, SOURCE_PARAMS[flag]]));
  return page(
    `# ${name}`,
    `${summary[0].toUpperCase()}${summary.slice(1)}. Usual names: ${extensions.map((e) => `.${e}`).join(' ')}.`,
    details,
    '## Options',
    code(describeParams(params)),
  );
}

const pages = new Map([['formats/README.md', formatsPage()]]);
for (const format of FORMATS) pages.set(`formats/${format.name}.md`, formatPage(format));
const names = operatorNames();
for (const name of names) pages.set(`operators/${name}.md`, await operatorPage(name));
pages.set(`operators/${INFER.name}.md`, outlinePage(INFER, [INFER.example]));
const summaries = await Promise.all(
  names.map(async (name) => [`[${name}](${name}.md)`, (await findOperator(name)).summary]),
);
summaries.push([`[${INFER.name}](${INFER.name}.md)`, INFER.summary]);
pages.set('operators/README.md', page('# Operators', table(['operator', 'what'], summaries)));

const record = process.argv.find((arg) => /^--record(=|$)/.test(arg));
if (record !== undefined) {
  const names = record.split('=')[1]?.split(',') ?? [];
  await recordCourse(names, process.argv.includes('--busy'));
}
for (const [name, text] of coursePages()) pages.set(name, text);

const stale = [];
for (const [name, text] of pages) {
  const path = join(docs, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale.push(name);
}
for (const folder of ['operators', 'formats']) {
  const there = existsSync(join(docs, folder)) ? readdirSync(join(docs, folder)) : [];
  stale.push(...there.map((name) => `${folder}/${name}`).filter((name) => !pages.has(name)));
}
if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    process.stderr.write(`out of date, run npm run docs: ${stale.join(', ')}\n`);
    process.exit(1);
  }
} else {
  for (const name of stale) {
    const path = join(docs, name);
    const text = pages.get(name);
    if (text === undefined) rmSync(path);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    process.stdout.write(`docs/${name}\n`);
  }
}
