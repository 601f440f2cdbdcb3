import { describe, expect, it } from 'vitest';
import { accuracyOf, confusionOf, largestOf, macroF1Of, majorityAccuracy } from '../../dist/train/metrics.js';

// Worked out by hand: rows are classes, columns guesses.
//        0  1  2
//   0    2  1  0
//   1    0  1  1
//   2    0  0  1
const truth = [0, 0, 0, 1, 1, 2];
const guess = [0, 1, 0, 1, 2, 2];

describe('metrics', () => {
  const confusion = confusionOf(truth, guess, 3);

  it('counts what samples are and what they are taken for', () => {
    expect([...confusion.counts]).toEqual([2, 1, 0, 0, 1, 1, 0, 0, 1]);
  });

  it('gives accuracy and macro F1', () => {
    expect(accuracyOf(confusion)).toBeCloseTo(4 / 6, 12);
    // F1 of the classes: 4 / (3 + 2), 2 / (2 + 2), 2 / (1 + 2).
    expect(macroF1Of(confusion)).toBeCloseTo((4 / 5 + 2 / 4 + 2 / 3) / 3, 12);
  });

  it('leaves out samples without a class, and classes that are nowhere', () => {
    const some = confusionOf([0, -1, 0], [0, 1, 0], 3);
    expect([...some.counts]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(macroF1Of(some)).toBe(1);
  });

  it('knows what naming the largest class gives', () => {
    expect(majorityAccuracy([1, 1, 0], truth, 3)).toBeCloseTo(2 / 6, 12);
  });

  it('takes the largest of each row, the first of equal ones', () => {
    expect([...largestOf([0, 2, 1, 5, 5, 1], 3)]).toEqual([1, 0]);
  });
});
