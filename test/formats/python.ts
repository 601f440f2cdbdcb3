import { execFileSync } from 'node:child_process';

const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';

/** Runs an independent Python program; its standard output. */
export function python(program: string, ...args: string[]): string {
  return execFileSync(PYTHON, ['-c', program, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** True when Python can import every module; otherwise prints which one is missing for which tests. */
export function pythonHas(modules: string, tests: string): boolean {
  try {
    python(`import ${modules}`);
    return true;
  } catch {
    process.stderr.write(`not run: ${tests} (needs ${PYTHON} with ${modules})\n`);
    return false;
  }
}
