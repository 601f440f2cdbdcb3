import { UsageError } from '../../core/errors.js';
import { writeFile } from '../../io/output.js';
import { extensionOf } from '../../io/path.js';
import { reportMarkdown } from './markdown.js';
import { reportPage } from './page.js';
import type { BenchReport } from './report.js';

const WRITERS: Readonly<Record<string, (report: BenchReport) => string>> = {
  '.json': (report) => `${JSON.stringify(report, null, 1)}\n`,
  '.md': reportMarkdown,
  '.html': reportPage,
};

/** File names of `--export`, checked before hours are spent. @throws UsageError for another extension */
export function exportTargets(text: string | undefined): string[] {
  const targets = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  for (const target of targets) {
    if (!(extensionOf(target) in WRITERS))
      throw new UsageError('bad-export', `--export writes ${Object.keys(WRITERS).join(', ')}, not ${target}.`);
  }
  return targets;
}

/** Writes the report to every target, replacing what is there. @throws SinkError */
export function exportReport(report: BenchReport, targets: readonly string[]): void {
  for (const target of targets) {
    const text = WRITERS[extensionOf(target)]?.(report) ?? '';
    writeFile(target, true, (file) => file.write(new TextEncoder().encode(text), 0));
  }
}
