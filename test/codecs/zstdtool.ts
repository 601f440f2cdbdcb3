import { execFileSync } from 'node:child_process';

/** Runs the `zstd` command line tool from standard input to standard output. */
export function zstdTool(input: Uint8Array, ...args: string[]): Buffer {
  return execFileSync('zstd', ['-q', '-c', ...args], { input, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** True when the tool is there; otherwise prints for which tests it is missing. */
export function hasZstdTool(tests: string): boolean {
  try {
    zstdTool(new Uint8Array(1));
    return true;
  } catch {
    process.stderr.write(`not run: ${tests} (needs the zstd command line tool)\n`);
    return false;
  }
}
