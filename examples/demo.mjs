// Makes a small 4D-STEM scan of a crystal with a grain boundary, and its dark-field image. Run with: npm run demo
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

function fanfold(...args) {
  process.stdout.write(`\n$ fanfold ${args.join(' ')}\n`);
  const { status } = spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

mkdirSync('demo', { recursive: true });
if (!existsSync('demo/scan.h5')) {
  fanfold('make', '64x64x128x128', 'demo/scan.h5', '--kind', 'stem', '--codec', 'gzip:4');
}
fanfold('info', 'demo/scan.h5');
// The annulus collects what is scattered beyond the bright disks, which end at 0.34 of the frame's width.
const detector = ['--detector', 'annulus', '--inner', '48', '--outer', '62'];
fanfold('run', 'mask', 'demo/scan.h5', ...detector, '-o', 'demo/adf.png', '--overwrite');
process.stdout.write('\nThe picture is demo/adf.png.\n');
