// Runs a TypeScript entry point from source: no build step stands between a change and its effect.
// usage: node scripts/run.mjs path/to/main.ts [arguments]
import { spawn } from 'node:child_process';
import process from 'node:process';

const [entry, ...rest] = process.argv.slice(2);
const child = spawn(
  process.execPath,
  [
    '--conditions=ftm-source',
    '--disable-warning=NodeVersionSupportWarning',
    '--import',
    'tsx',
    entry,
    ...rest,
  ],
  {
    stdio: 'inherit',
  },
);
// The child owns the shutdown: the parent passes the signal on, and only leaves when the child has left.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
