import { idFrom, ourWords } from '@ftm/contracts/scanned-text';
import type { DatasetRequested, ObjectRef } from '@ftm/contracts/generated/events';
import { digest, type TenantId } from '@ftm/contracts/ids';
import { rowOfTrace } from '@ftm/dataset/ingest/from-trace';
import type { Source, SourcePage, SourceRow } from '@ftm/dataset/ingest/source';
import type { Trace } from '@ftm/orchestrator/client';
import { readLines } from '../object-lines.ts';
import { TerminalError, type Work } from '../tasks.ts';

const PAGE = 500;
/** Of rows that are read from a dataset at once. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** Recorded conversations, page by page in the order of their time; the Orchestrator's cursor is the cursor. */
export function traceSource(work: Work, request: DatasetRequested): Source {
  const { source } = request;
  const filter = {
    tenantId: work.tenantId,
    projectId: request.projectId,
    assistantId: request.assistantId,
    from: source.from,
    to: source.to,
    outcome: source.outcome,
    tag: source.tags[0] ?? null,
  };
  return {
    async *pages(from) {
      for (let cursor = from, more = true; more;) {
        const page: { data: Trace[]; nextCursor: string | null } = await work.orchestrator.listTraces(
          filter,
          cursor,
          PAGE,
        );
        yield {
          // The Orchestrator filters by one tag; the others are looked at here.
          rows: page.data
            .filter((trace) => source.tags.every((tag) => trace.tags.includes(tag)))
            .map((trace) => fromTrace(work.tenantId, trace, request)),
          next: page.nextCursor,
        };
        cursor = page.nextCursor;
        more = cursor !== null;
      }
    },
  };
}

function fromTrace(tenant: TenantId, trace: Trace, { outputFormat, projectId }: DatasetRequested): SourceRow {
  return {
    ref: trace.id,
    group: trace.userId === null ? trace.id : digest('ftm.group', tenant, projectId, trace.userId),
    at: trace.startedAt,
    sha256: digest('ftm.trace', trace.id, JSON.stringify([trace.messages, trace.tools, trace.feedback])),
    row: rowOfTrace(trace, outputFormat),
  };
}

/** Rows of earlier datasets of the tenant, one dataset after the other, training rows before validation rows. A cursor is `<object>:<line>`. */
export function datasetSource(work: Work, request: DatasetRequested): Source {
  return {
    async *pages(from) {
      const objects = await objectsOf(work, request);
      const [startObject = 0, startLine = 0] = (from ?? '0:0').split(':').map(Number);
      for (let at = startObject; at < objects.length; at += 1) {
        const object = objects[at];
        if (object === undefined) break;
        let line = 0;
        let rows: SourceRow[] = [];
        let bytes = 0;
        const skip = at === startObject ? startLine : 0;
        const page = (next: string | null): SourcePage => {
          const full = { rows, next };
          [rows, bytes] = [[], 0];
          return full;
        };
        for await (const text of readLines(work, work.tenantId, object)) {
          line += 1;
          if (line <= skip) continue;
          rows.push({
            ref: null,
            group: null,
            at: null,
            sha256: digest('ftm.row', text),
            row: { value: JSON.parse(text) as unknown },
          });
          bytes += text.length;
          if (rows.length === PAGE || bytes >= PAGE_BYTES) yield page(`${at}:${line}`);
        }
        const last = at === objects.length - 1;
        if (rows.length > 0 || last) yield page(last ? null : `${at + 1}:0`);
      }
    },
  };
}

/** @throws TerminalError when a source is there no more */
async function objectsOf(work: Work, request: DatasetRequested): Promise<ObjectRef[]> {
  const objects: ObjectRef[] = [];
  for (const id of request.source.datasetIds) {
    const dataset = await work.load('dataset', id);
    if (dataset.status !== 'ready')
      throw new TerminalError(
        'SOURCE_DATASET_GONE',
        ourWords`the source dataset ${idFrom(id)} is ${dataset.status}`,
        'build from datasets that are ready',
      );
    objects.push(dataset.result.trainObject);
    if (dataset.result.validationObject !== null) objects.push(dataset.result.validationObject);
  }
  return objects;
}
