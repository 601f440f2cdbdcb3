import type { Page } from '../core/page.js';
import type { Epoch, Score } from './fit.js';
import type { Confusion } from './metrics.js';
import type { Variant } from './variant.js';

const share = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(3));

const describeScore = ({ loss, accuracy, macroF1 }: Score): string =>
  `loss ${loss.toFixed(4)}, accuracy ${share(accuracy)}, macro F1 ${share(macroF1)}`;

/** `with statistics` or `images alone`, as lines and files have it. */
export const variantName = (statistics: number): string => (statistics > 0 ? 'with statistics' : 'images alone');

/** One line an epoch. */
export function describeEpoch({ epoch, seconds, train, validation, test }: Epoch, epochs: number): string {
  const held = validation ? `; validation ${describeScore(validation)}` : test ? `; test ${describeScore(test)}` : '';
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  train ${describeScore(train)}${held}; ${seconds.toFixed(2)} s`;
}

/** What a trained model is worth, beside what naming the largest class would be. */
export function describeVariant(variant: Variant, majority: number): string {
  const { statistics, best, parameters, score, judgedOn, seconds } = variant;
  const kept = best ? `, epoch ${best.epoch} kept` : '';
  return (
    `${variantName(statistics)}: ${judgedOn} accuracy ${share(score.accuracy)}, macro F1 ${share(score.macroF1)} ` +
    `(largest class ${share(majority)}); ${parameters} weights${kept}, ${seconds.toFixed(1)} s`
  );
}

/** Every epoch of every model as a table; nan where there is no such part. */
export function historyCsv(variants: readonly Variant[]): string {
  const parts = ['train', 'validation', 'test'] as const;
  const head = `statistics,epoch,seconds,${parts.map((part) => `${part}_loss,${part}_accuracy,${part}_macro_f1`).join(',')}`;
  const numbers = (score: Score | undefined) =>
    [score?.loss, score?.accuracy, score?.macroF1].map((value) => (value === undefined ? 'nan' : String(value)));
  const rows = variants.flatMap(({ statistics, history }) =>
    history.map((epoch) =>
      [statistics, epoch.epoch, epoch.seconds.toFixed(3), ...parts.flatMap((part) => numbers(epoch[part]))].join(','),
    ),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

/** Quotes a name that would break a line of a table. */
const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Rows are what samples are, columns what they were taken for. */
export function confusionCsv({ classes, counts }: Confusion, names: readonly string[]): string {
  const rows = Array.from({ length: classes }, (_, row) =>
    [cell(names[row] ?? String(row)), ...counts.subarray(row * classes, (row + 1) * classes)].join(','),
  );
  return `${[['class', ...names.map(cell)].join(','), ...rows].join('\n')}\n`;
}

/** The confusion matrix as a picture and a table, with the figures of the training. */
export function confusionPage(variant: Variant, names: readonly string[], majority: number): Page {
  const { score, judgedOn, history, statistics } = variant;
  const { classes, counts } = score.confusion;
  const rows = Array.from({ length: classes }, (_, row) => [...counts.subarray(row * classes, (row + 1) * classes)]);
  const sums = rows.map((row) => row.reduce((sum, count) => sum + count, 0) || 1);
  const shares = rows.flatMap((row, r) => row.map((count) => count / (sums[r] ?? 1)));
  const axis = { name: 'epoch', unit: '', origin: 1, step: 1 };
  const line = (label: string, of: (epoch: Epoch) => number | undefined) => ({
    label,
    values: history.map((epoch) => of(epoch) ?? Number.NaN),
  });
  const last = history.at(-1);
  return {
    title: `Confusion matrix, ${variantName(statistics)}`,
    summary: `${judgedOn === 'train' ? 'Samples of the training itself' : `Samples of the ${judgedOn} part`}: accuracy ${share(score.accuracy)}, macro F1 ${share(score.macroF1)}. Naming the largest class gives ${share(majority)}.`,
    facts: [],
    parts: [
      {
        kind: 'matrix',
        title: 'Samples of each class, and what they were taken for',
        rows: names,
        columns: names,
        ...{ down: 'is', across: 'taken for, shaded by the share of the row' },
        shares,
        texts: rows.flat().map(String),
      },
      ...(history.length > 1
        ? [
            {
              kind: 'curves' as const,
              title: 'Loss',
              axis,
              unit: '',
              lines: [
                line('train', ({ train }) => train.loss),
                ...(last?.validation ? [line('validation', ({ validation }) => validation?.loss)] : []),
                ...(last?.test ? [line('test', ({ test }) => test?.loss)] : []),
              ],
            },
          ]
        : []),
    ],
  };
}
