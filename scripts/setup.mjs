// Makes a fresh clone ready: dependencies, then the build. Does nothing that is done already.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const OLDEST_NODE = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  process.stderr.write(`fanfold needs Node ${OLDEST_NODE.join('.')} or later; this is ${process.version}.\n`);
  process.exit(1);
}

/** npm under the Node that runs this script, whatever the PATH says. */
function npm(...args) {
  const path = process.env.npm_execpath;
  const [command, before] = path ? [process.execPath, [path]] : ['npm', []];
  const { status, error } = spawnSync(command, [...before, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: !path && process.platform === 'win32',
  });
  if (error) process.stderr.write(`npm does not start: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

// npm writes its own copy of the lock file when it has finished installing. `npm ci` would be stricter, but it refuses a
// lock file without the packages of other platforms, which are optional; this installs the locked versions as well and
// leaves the lock file alone.
if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  npm('install', '--no-save', '--no-audit', '--no-fund');
}
npm('run', '--silent', 'build');
