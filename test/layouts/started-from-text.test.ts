import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const index = pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href;

/** Every way that workers are started, from a program that is no file. */
const program = `
  const { openArray, run, dataLoader, openConverter, allocateShared } = await import(${JSON.stringify(index)});
  const source = openArray([64, 2, 10], Float64Array.from({ length: 1280 }, (_, i) => i));
  const told = [];
  for (const layout of ['threads', 'processes']) {
    const { arrays } = await run('sum', source, { layout, workers: 2 });
    told.push(Object.values(arrays)[0].data[0]);
    const loader = dataLoader(source, { map: 'copy', batch: 8, layout, workers: 2 });
    let samples = 0;
    for await (const { count } of loader) samples += count;
    await loader.close();
    told.push(samples);
  }
  const converter = openConverter({ workers: 2 });
  const [from, to] = [allocateShared('float64', 8).fill(2), allocateShared('float32', 8)];
  await converter.convertInto(from, to);
  await converter.close();
  told.push(to[7]);
  console.log(JSON.stringify(told));`;

test.each([
  ['--input-type', ['--input-type=module', '-e', program], {}, ''],
  [
    '--input-type among flags of the process',
    ['--max-old-space-size=300', '--input-type=module', '-e', program],
    {},
    '',
  ],
  ['--input-type from standard input', ['--input-type=module', '-'], {}, program],
  ['NODE_OPTIONS', ['-e', program], { NODE_OPTIONS: '--no-warnings --input-type=module' }, ''],
  ['--eval', ['--eval', `(async () => {${program}})()`], {}, ''],
] as const)('workers start from a program given with %s', (_, args, env, input) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    ...{ encoding: 'utf8', timeout: 60_000, input },
    env: { ...process.env, ...env },
  });
  expect({ told: stdout.trim(), stderr, status }).toEqual({ told: '[40320,64,40320,64,2]', stderr: '', status: 0 });
});
