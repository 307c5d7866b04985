/**
 * Builds one dataset in a process of its own, which kills itself at a step when it is told to. What it sends to the log is kept in a file, from which the next process goes on.
 *
 * usage: build-process.ts <dir with key-encryption-key and cases.jsonl> <dataset id> [<step> before|after]; says the dataset's state as JSON
 */
import { appendFileSync, existsSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { CommandClient } from '@ftm/commands/steps';
import type { DatasetRequested } from '@ftm/contracts/generated/events';
import { streamId, tenantId } from '@ftm/contracts/ids';
import type { Command } from '@ftm/domain/command';
import { datasetRequested, suiteVersionPublished } from '@ftm/domain/testing/examples';
import { datasetScope } from '@ftm/object-store/encrypted-store';
import { openStores } from '@ftm/object-store/testing/open-stores';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { createLab, jobOf } from '../../fine-tune/testing/lab.ts';
import { createLife, usualLabel, type Death } from '../../fine-tune/testing/lives.ts';
import { workOn, type Tools } from '../../tasks.ts';
import { runDatasetCleanUp } from '../clean-up.ts';
import { runDataset } from '../runner.ts';

const TENANT = tenantId('acme');
const SUITE = '00000000-0000-4000-8000-0000000000e5';
const REQUEST: DatasetRequested = {
  ...datasetRequested,
  projectId: '11111111-1111-4111-8111-111111111111',
  assistantId: 'aaaaaaaa-0000-4000-8000-000000000001',
  source: { ...datasetRequested.source, to: '2100-01-01T00:00:00.000Z', limit: 1200 },
  dedup: { exact: true, near: true, nearThreshold: 0.8, semanticThreshold: 0.95, semanticEmbedder: null },
  split: { validationFraction: 0.2, by: 'random', seed: 3 },
  evalSuiteIds: [SUITE],
  contamination: { policy: 'drop', threshold: 0.8 },
};

const [dir = '', id = '', step, when] = process.argv.slice(2);
const death = step === undefined ? null : { step, when: when as Death['when'] };
const life = createLife(
  death,
  (where) => {
    writeSync(process.stdout.fd, where);
    process.kill(process.pid, 'SIGKILL');
  },
  // Progress by its stage, a stored file by its name.
  (name, key, given) => {
    const [, second, third] = given;
    const command = third as Command | undefined;
    if (name === 'commands' && command?.type === 'RecordDatasetProgress') return command.progress.stage;
    return key === 'putStream'
      ? String(third)
      : key === 'load'
        ? `load ${String(second)}`
        : usualLabel(name, key, given);
  },
);

const clock = { now: Date.now, random: Math.random };
const lab = createLab(clock);
const job = jobOf(TENANT, id);
const { encrypted } = await openStores(join(dir, 'key-encryption-key'));
const { dataKeyId: _, ...casesObject } = await encrypted.put(
  TENANT,
  'kills',
  'cases',
  readFileSync(join(dir, 'cases.jsonl')),
  // Not the tenant's own key, which other specs have wrapped otherwise.
  datasetScope(`cases-${id}`),
);
await lab.append(
  TENANT,
  streamId('eval-suite', SUITE),
  { type: 'EvalSuiteCreated', data: { projectId: REQUEST.projectId, name: 'guard' } },
  { type: 'EvalSuiteVersionPublished', data: { ...suiteVersionPublished, casesObject } },
);
await lab.append(TENANT, streamId('dataset', id), { type: 'DatasetRequested', data: REQUEST });
const log = join(dir, `${id}.jsonl`);
for (const line of existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []) {
  const [sent, command] = JSON.parse(line) as [string, Command];
  await lab.commands.send(job, sent, command);
}
const commands: CommandClient = {
  load: lab.commands.load,
  async send(of, sent, command) {
    await lab.commands.send(of, sent, command);
    appendFileSync(log, `${JSON.stringify([sent, command])}\n`, { flush: true });
  },
};
const tools: Tools = {
  ...lab.tools({
    providerFor: () => Promise.reject(new Error('no provider is asked')),
    clock,
    env: { FTM_DATASET_THREADS: process.env['FTM_DATASET_THREADS'] ?? '1' },
  }),
  commands: life.stepped('commands', commands),
  objects: life.stepped('objects', encrypted),
  orchestrator: life.stepped(
    'orchestrator',
    createOrchestratorClient({
      baseUrl: process.env['FTM_ORCHESTRATOR_URL'] ?? '',
      serviceKey: process.env['FTM_ORCHESTRATOR_SERVICE_KEY'] ?? '',
    }),
  ),
};
await runDataset(workOn(job, tools));
await runDatasetCleanUp(workOn(job, tools));
process.stdout.write(JSON.stringify(await lab.commands.load(TENANT, 'dataset', id)));
