import type { Check } from './checks.js';

/** Checks as lines of text, under the headings of their areas. */
export function describeChecks(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  let area = '';
  return checks.flatMap((check) => {
    const heading = check.area === area ? [] : ['', check.area];
    area = check.area;
    const verdict = check.ok ? `yes  ${check.note}` : `no, because ${check.reason}: ${check.remedy}`;
    return [...heading, `  ${check.name.padEnd(width)}  ${verdict}`];
  });
}
