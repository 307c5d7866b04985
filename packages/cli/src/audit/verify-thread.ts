import { parentPort, workerData } from 'node:worker_threads';
import { createNoteVerifier } from '@ftm/audit/signed-note';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { saidOf } from '../cannot-run.ts';
import { createSchemaCheck } from './schemas.ts';
import { kafkaSource } from './sources.ts';
import type { ThreadNews, ThreadTask } from './verify-threads.ts';
import { verifyLog } from './verify.ts';

/** Verifies some partitions of a log: one thread of `verifyInThreads`. */
const task = workerData as ThreadTask;
const tell = (news: ThreadNews): void => parentPort?.postMessage(news);
const stop = new AbortController();
parentPort?.on('message', () => stop.abort());

const source = kafkaSource(task.connection, task.topics, task.partitions);
const orchestrator =
  task.orchestrator === undefined ? undefined : createOrchestratorClient(task.orchestrator);
try {
  const report = await verifyLog({
    source,
    trusted: task.trust.map(createNoteVerifier),
    ...(orchestrator === undefined ? {} : { orchestrator }),
    ...(task.registryUrl === undefined ? {} : { schemas: createSchemaCheck(task.registryUrl) }),
    ...(task.from === undefined ? {} : { from: task.from }),
    staleMs: task.staleMs,
    onState: (state) => {
      tell({ kind: 'state', state });
      return Promise.resolve();
    },
    onProgress: (done, total, events) => tell({ kind: 'progress', done, total, events }),
    signal: stop.signal,
  });
  tell({ kind: 'report', report });
} catch (error) {
  tell({ kind: 'failed', message: saidOf(error) });
} finally {
  await source.close();
  orchestrator?.close();
}
