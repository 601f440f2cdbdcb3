import { expect, test } from 'vitest';
import { FORMATS } from '../../dist/formats/registry.js';
import { LAYOUTS } from '../../dist/layouts/registry.js';
import { fanfold, folderWithScan } from './fanfold.js';

const folder = folderWithScan();

interface Check {
  readonly area: string;
  readonly name: string;
  readonly ok: boolean;
  readonly note?: string;
  readonly reason?: string;
  readonly remedy?: string;
}

test('doctor says yes, or no with a reason and a remedy', () => {
  const { code, stdout, stderr } = fanfold(folder, 'doctor');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n').filter((line) => line.startsWith('  '));
  expect(lines.length).toBeGreaterThan(15);
  for (const line of lines) expect(line).toMatch(/^ {2}\S.* {2}(yes {2}\S|no, because .+: .+)/);
});

test('doctor --json covers every layout and format', () => {
  const { checks } = JSON.parse(fanfold(folder, 'doctor', '--json').stdout) as { checks: readonly Check[] };
  const named = (area: string) => checks.filter((check) => check.area === area).map(({ name }) => name);
  expect(named('layouts')).toEqual([...LAYOUTS.map(({ name }) => name), 'workers bound to cores']);
  expect(named('formats')).toEqual(FORMATS.map(({ name }) => name));
  expect(named('machine')).toEqual(['node', 'cores', 'memory', 'shared memory', 'direct I/O', 'cold runs']);
  for (const check of checks) {
    if (check.ok) expect(check.note).toBeTruthy();
    else expect([check.reason, check.remedy].every(Boolean)).toBe(true);
  }
});

test('a Python that does not start is a reason, not a failure', () => {
  const before = process.env.PYTHON;
  process.env.PYTHON = '/nowhere/python';
  try {
    const { code, stdout } = fanfold(folder, 'doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\/nowhere\/python\s+no, because it does not start: only bench --peers needs it/);
  } finally {
    if (before === undefined) delete process.env.PYTHON;
    else process.env.PYTHON = before;
  }
});
