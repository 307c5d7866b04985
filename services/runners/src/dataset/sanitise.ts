import type { DatasetRequested } from '@ftm/contracts/generated/events';
import type { IngestPorts } from '@ftm/dataset/ingest/ingest';
import type { Job, Tools } from '../tasks.ts';

const BATCH = 200;

/** TRiSM, for the rows of a chunk. */
export function createSanitiser(job: Job, request: DatasetRequested, tools: Tools): IngestPorts['sanitize'] {
  const of = { tenantId: job.tenantId, projectId: request.projectId, profile: request.sanitizerProfile };
  return async (documents) => {
    const answers = [];
    for (let at = 0; at < documents.length; at += BATCH)
      answers.push(await tools.orchestrator.sanitize(of, documents.slice(at, at + BATCH)));
    return {
      documents: answers.flatMap((answer) => answer.documents),
      scanIds: answers.map(({ scanId }) => scanId),
      policyVersion: answers.at(-1)?.policyVersion ?? null,
    };
  };
}
