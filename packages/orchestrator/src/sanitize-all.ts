import { setTimeout as sleep } from 'node:timers/promises';
import { OrchestratorRefused, OrchestratorUnavailable, type OrchestratorClient } from './client.ts';
import type { Document, SanitizedDocument } from './wire.ts';

export interface SanitizeOptions {
  readonly tenantId: string;
  readonly projectId: string;
  readonly profile: string;
  /** Default and at most 500. */
  readonly maxDocuments?: number;
  /** Of the texts in UTF-8; default and at most 4 MiB. */
  readonly maxBytes?: number;
  /** Batches under way at once, and so what is held in memory; default 4. */
  readonly concurrency?: number;
  /** Of one batch, the first included; default 8. */
  readonly attempts?: number;
  /** Doubles with every attempt, up to 30 s; never less than the Orchestrator asks for. Default 200. */
  readonly backoffMs?: number;
  readonly signal?: AbortSignal;
}

export interface SanitizedWithScan extends SanitizedDocument {
  readonly scanId: string;
  readonly policyVersion: string;
}

const MAX_DOCUMENTS = 500;
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_BACKOFF_MS = 30_000;
const TOO_LARGE = 413;

/**
 * Sanitises documents of any number, in their order. No more are read from `documents` than `concurrency` batches
 * hold: a slow sanitiser slows the source down. A batch that is refused as too large is halved.
 * @throws OrchestratorUnavailable when a batch got no answer in all its attempts
 * @throws OrchestratorRefused for any other refusal, and for one document that is too large by itself
 */
export async function* sanitizeAll(
  client: Pick<OrchestratorClient, 'sanitize'>,
  documents: AsyncIterable<Document> | Iterable<Document>,
  options: SanitizeOptions,
): AsyncGenerator<SanitizedWithScan, void, undefined> {
  const concurrency = Math.max(1, options.concurrency ?? 4);
  const ended = new AbortController();
  const signal =
    options.signal === undefined ? ended.signal : AbortSignal.any([ended.signal, options.signal]);
  const underWay: Promise<readonly SanitizedWithScan[]>[] = [];
  try {
    for await (const batch of batches(documents, options)) {
      signal.throwIfAborted();
      const answer = sanitizeBatch(client, batch, options, signal);
      // It is awaited in its turn; until then a failure is nobody's unhandled rejection.
      answer.catch(() => undefined);
      underWay.push(answer);
      if (underWay.length >= concurrency) yield* (await underWay.shift()) ?? [];
    }
    for (const answer of underWay) yield* await answer;
  } finally {
    // Whoever stops reading, or one batch that fails, stops the retries of all.
    ended.abort();
  }
}

async function* batches(
  documents: AsyncIterable<Document> | Iterable<Document>,
  options: SanitizeOptions,
): AsyncGenerator<Document[]> {
  const maxDocuments = Math.min(MAX_DOCUMENTS, options.maxDocuments ?? MAX_DOCUMENTS);
  const maxBytes = Math.min(MAX_BYTES, options.maxBytes ?? MAX_BYTES);
  let batch: Document[] = [];
  let bytes = 0;
  for await (const document of documents) {
    const size = document.texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (batch.length > 0 && (batch.length >= maxDocuments || bytes + size > maxBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(document);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function sanitizeBatch(
  client: Pick<OrchestratorClient, 'sanitize'>,
  batch: readonly Document[],
  options: SanitizeOptions,
  signal: AbortSignal,
): Promise<readonly SanitizedWithScan[]> {
  const attempts = options.attempts ?? 8;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      const { scanId, policyVersion, documents } = await client.sanitize(options, batch);
      return documents.map((document) => ({ ...document, scanId, policyVersion }));
    } catch (error) {
      if (error instanceof OrchestratorRefused && error.status === TOO_LARGE && batch.length > 1) {
        const half = Math.ceil(batch.length / 2);
        return [
          ...(await sanitizeBatch(client, batch.slice(0, half), options, signal)),
          ...(await sanitizeBatch(client, batch.slice(half), options, signal)),
        ];
      }
      if (!(error instanceof OrchestratorUnavailable) || attempt >= attempts) throw error;
      await sleep(pauseMs(error, attempt, options.backoffMs ?? 200), undefined, { signal });
    }
  }
}

/** With some chance in it, so that batches that failed together do not come back together. */
function pauseMs(error: OrchestratorUnavailable, attempt: number, backoffMs: number): number {
  const backoff = Math.min(MAX_BACKOFF_MS, backoffMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
  return Math.max(backoff, error.askedToWaitMs ?? 0);
}

/** The same, all at once: what the scans were, beside the documents in their order. */
export async function sanitizeTogether(
  client: Pick<OrchestratorClient, 'sanitize'>,
  documents: readonly Document[],
  options: SanitizeOptions,
): Promise<{
  readonly documents: readonly SanitizedDocument[];
  readonly scanIds: readonly string[];
  readonly policyVersion: string | null;
}> {
  const sanitized: SanitizedWithScan[] = [];
  for await (const each of sanitizeAll(client, documents, options)) sanitized.push(each);
  return {
    documents: sanitized,
    scanIds: [...new Set(sanitized.map(({ scanId }) => scanId))],
    policyVersion: sanitized.at(-1)?.policyVersion ?? null,
  };
}
