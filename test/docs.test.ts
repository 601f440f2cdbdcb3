import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { VERBS } from '../dist/cli/verbs.js';

const root = join(import.meta.dirname, '..');

test('the pages made from the registries are up to date', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/docs.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

const texts = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name))
  .concat('README.md', 'CONTRIBUTING.md')
  .filter((name) => existsSync(join(root, name)));

test.each(texts)('links of %s lead somewhere', (name) => {
  const text = readFileSync(join(root, name), 'utf8').replace(/```[\s\S]*?```/g, '');
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '');
  const broken = links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(root, dirname(name), link)));
  expect(broken).toEqual([]);
});

test.each(texts)('commands of %s exist', (name) => {
  const text = readFileSync(join(root, name), 'utf8');
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '').join('\n');
  const verbs = [...blocks.matchAll(/^fanfold ([a-z]+)(?= )/gm)].map((match) => match[1] ?? '');
  const known = VERBS.map((verb) => verb.name);
  expect(verbs.filter((verb) => !known.includes(verb))).toEqual([]);
});

test('every dependency has its line in docs/dependencies.md', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).sort();
  const text = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
  const listed = [...text.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]).sort();
  expect(listed).toEqual(named);
});

test('the lock file names no registry', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved":/);
});
