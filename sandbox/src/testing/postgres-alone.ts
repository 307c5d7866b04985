/**
 * PostgreSQL alone, for tests that put it out. Prints `{"url","pid"}` when it is there; each line on standard input starts it again, after whatever ended it, and is answered in the same way.
 * Ends, and leaves nothing behind, when standard input ends.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { startStack } from '../stack/stack.ts';

const dir = await mkdtemp(join(tmpdir(), 'ftm-postgres-alone-'));
const stack = await startStack({ dir, parts: ['postgres'], ports: 'ephemeral' });
const postgres = stack.part('postgres');
const tell = (): void =>
  console.log(JSON.stringify({ url: stack.env['FTM_OWNER_DATABASE_URL'], pid: postgres.pid }));
tell();
for await (const _ of createInterface({ input: process.stdin })) {
  await postgres.restart();
  tell();
}
await stack.stop();
await rm(dir, { recursive: true, force: true });
