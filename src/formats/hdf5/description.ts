import { SourceError } from '../../core/errors.js';
import { printable } from '../printable.js';
import { isDataset } from './dataset.js';
import type { Located } from './links.js';
import { childOf, textAttribute } from './nexus.js';
import type { FilePool } from './pool.js';
import { smallValues } from './small.js';
import { metresIn } from './units.js';

/** A number with the text of its attribute `units`, empty when it has none. */
export interface Quantity {
  readonly value: number;
  readonly unit: string;
}

/** Reads what groups say in small data sets. Nothing here throws for what a file holds: it is noted and left out. */
export class Description {
  readonly pool: FilePool;
  readonly notes: string[] = [];

  constructor(pool: FilePool) {
    this.pool = pool;
  }

  /** Says why something was left out. */
  note(why: string): void {
    this.notes.push(`Not used: ${printable(why)}.`);
  }

  /** The result, or null and a note when the file is damaged there or holds what is not read. */
  attempt<T>(name: string, act: () => T): T | null {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof SourceError || error instanceof RangeError)) throw error;
      const why = error instanceof SourceError ? error.fields.why : undefined;
      this.note(`${name} ${typeof why === 'string' ? why : 'cannot be read'}`);
      return null;
    }
  }

  #child(group: Located | null, name: string): Located | null {
    const child = group === null ? null : this.attempt(name, () => childOf(this.pool, group, name));
    return child !== null && isDataset(child.messages) ? child : null;
  }

  /** All numbers of a data set; null when there is none, or it holds something else. */
  numbers(group: Located | null, name: string): readonly number[] | null {
    const child = this.#child(group, name);
    const values = child === null ? null : this.attempt(name, () => smallValues(child));
    if (values === null) return null;
    const numbers = values.filter((value): value is number => typeof value === 'number');
    if (numbers.length === values.length) return numbers;
    this.note(`${name} is no number`);
    return null;
  }

  /** The one finite number of a data set, also where it is repeated. */
  number(group: Located | null, name: string): Quantity | null {
    const numbers = this.numbers(group, name);
    const child = this.#child(group, name);
    const [value] = numbers ?? [];
    if (numbers === null || child === null || value === undefined) return null;
    const unit = printable(this.attempt(name, () => textAttribute(child, 'units')) ?? '');
    if (Number.isFinite(value) && numbers.every((other) => other === value)) return { value, unit };
    this.note(Number.isFinite(value) ? `${name} holds ${numbers.length} different values` : `${name} is ${value}`);
    return null;
  }

  /** The first of these data sets that is a length within a range, in metres. A number without a unit could be any. */
  length(group: Located | null, names: readonly string[], [least, most]: readonly [number, number]): number | null {
    const refused: string[] = [];
    for (const name of names) {
      const found = this.number(group, name);
      if (found === null) continue;
      const unit = metresIn(found.unit);
      const metres = found.value * (unit ?? Number.NaN);
      if (metres >= least && metres <= most) return metres;
      if (found.value === 0) refused.push(`${name} is 0: not set`);
      else if (found.unit === '') refused.push(`${name} has no unit`);
      else if (unit === null) refused.push(`${name} is in ${found.unit}, which is no length`);
      else refused.push(`${name} of ${found.value} ${found.unit} is impossible`);
    }
    if (refused[0] !== undefined) this.note(refused[0]);
    return null;
  }

  /** The first of these data sets that is text. */
  text(group: Located | null, names: readonly string[]): string | null {
    for (const name of names) {
      const child = this.#child(group, name);
      const [value] = (child === null ? null : this.attempt(name, () => smallValues(child))) ?? [];
      const text = typeof value === 'string' ? printable(value) : '';
      if (text !== '') return text;
    }
    return null;
  }
}
