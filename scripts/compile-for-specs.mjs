// Jest's global set-up: specs that start processes run them from `dist`, as production does. A second when nothing
// has changed.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

export default function compileForSpecs() {
  if (process.env.FTM_BUILT === '1') return;
  const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  // The compiler writes what it understands all the same, and specs of other parts have a right to run.
  if (status !== 0)
    console.error(`The source does not compile; processes that specs start may be of old code:\n${stdout}`);
  process.env.FTM_BUILT = '1';
}
