import type { NoteVerifier } from '@ftm/audit/signed-note';
import { createLogVerifier, type Verification, type VerifierState } from '@ftm/audit/verifier';
import type { PublishedNote } from '@ftm/audit/vouched';
import type { AuditCopy } from './copy-reader.ts';
import { createCopyCheck, type CopyReport, type CopyState } from './copy.ts';
import type { SchemaCheck } from './schemas.ts';
import type { LogSource, Positions } from './sources.ts';

export interface VerifyOptions {
  readonly source: LogSource;
  readonly trusted: readonly NoteVerifier[];
  /** Compared with the log where it is given. */
  readonly orchestrator?: AuditCopy;
  readonly schemas?: SchemaCheck;
  /** Where an earlier run ended. */
  readonly from?: VerifyState;
  /** Told now and then, and when all was read, so that a stopped run can go on. */
  readonly onState?: (state: VerifyState) => Promise<void>;
  readonly staleMs?: number;
  readonly onProgress?: (done: number, total: number, events: number) => void;
  readonly signal?: AbortSignal;
}

export interface VerifyReport {
  readonly ok: boolean;
  /** False when it was stopped before the end. */
  readonly complete: boolean;
  readonly source: string;
  readonly seconds: number;
  readonly events_per_second: number;
  readonly log: Verification;
  readonly copy: CopyReport | null;
}

/** JSON; holds no event. */
export interface VerifyState {
  readonly source: string;
  readonly positions: Positions;
  readonly log: VerifierState;
  readonly copy: CopyState | null;
}

const SAVE_EVERY_MS = 5000;
/** A state names every stream: of a long log it is long, and must not become most of the work. */
const SAVE_AT_MOST = 0.1;

/** Reads a log through and says everything that is wrong with it. @throws CannotRun when it cannot be read */
export async function verifyLog(options: VerifyOptions): Promise<VerifyReport> {
  const { source, trusted, schemas, orchestrator, signal, from: saved } = options;
  const now = new Date().toISOString();
  // Checkpoints first: one that is published meanwhile may vouch for events that are not read any more.
  const notes: PublishedNote[] = await source.notes();
  const verifier = createLogVerifier({ ...verifierOptions(options, now, saved?.log), notes: [notes] });
  const copy =
    orchestrator === undefined
      ? undefined
      : createCopyCheck(orchestrator, {
          trusted,
          now,
          ...(saved?.copy == null ? {} : { from: saved.copy }),
        });
  let positions: Positions = saved?.positions ?? {};
  const before = saved?.log.events ?? 0;
  let events = before;
  let nextSave = Date.now() + SAVE_EVERY_MS;
  const began = Date.now();
  const save = async (): Promise<void> => {
    const started = Date.now();
    await options.onState?.({
      source: source.name,
      positions,
      log: verifier.state(),
      copy: copy?.state() ?? null,
    });
    const ended = Date.now();
    nextSave = ended + Math.max(SAVE_EVERY_MS, (ended - started) / SAVE_AT_MOST);
  };

  /** @returns whether there was anything to read */
  async function pass(): Promise<boolean> {
    const start = events;
    for await (const batch of source.batches(positions)) {
      await schemas?.prepare(batch.entries.map((entry) => entry.value));
      for (const entry of batch.entries) verifier.next(entry);
      await copy?.follow(batch.entries);
      positions = batch.positions;
      events += batch.entries.length;
      options.onProgress?.(batch.done, batch.total, events - before);
      if (Date.now() >= nextSave) await save();
      if (signal?.aborted === true) return false;
    }
    return events > start;
  }
  // The log grows while it is read: what is vouched for when a pass ends must be in the next one, or is missing.
  const unfinished = async (): Promise<boolean> => ((await copy?.ahead()) ?? false) || verifier.unmet();
  await pass();
  while (signal?.aborted !== true && (await unfinished()) && (await pass()));
  // Before the ends are judged: what is missing now may be there in the next run.
  await save();

  const complete = signal?.aborted !== true;
  return {
    ...verdict(complete, verifier.finish(), complete ? ((await copy?.finish()) ?? null) : null),
    source: source.name,
    ...speed(events - before, Date.now() - began),
  };
}

function verdict(
  complete: boolean,
  log: Verification,
  copy: CopyReport | null,
): Pick<VerifyReport, 'ok' | 'complete' | 'log' | 'copy'> {
  return { ok: complete && log.ok && (copy?.ok ?? true), complete, log, copy };
}

export function speed(events: number, ms: number): Pick<VerifyReport, 'seconds' | 'events_per_second'> {
  return { seconds: ms / 1000, events_per_second: Math.round(events / Math.max(ms / 1000, 0.001)) };
}

function verifierOptions(
  { trusted, schemas, staleMs }: Pick<VerifyOptions, 'trusted' | 'schemas' | 'staleMs'>,
  now: string,
  from: VerifierState | undefined,
) {
  return {
    trusted,
    now,
    ...(schemas === undefined
      ? {}
      : { schema: (type: string, value: Buffer): string | null => schemas.check(type, value) }),
    ...(staleMs === undefined ? {} : { staleMs }),
    ...(from === undefined ? {} : { from }),
  };
}

/** The Orchestrator's copy of one tenant, by itself: without Kafka, without FTM. */
export async function verifyCopy(options: {
  readonly orchestrator: AuditCopy;
  readonly tenant: string;
  readonly trusted: readonly NoteVerifier[];
}): Promise<Verification> {
  const copy = createCopyCheck(options.orchestrator, {
    trusted: options.trusted,
    now: new Date().toISOString(),
  });
  await copy.readAll(options.tenant);
  return copy.verifier.finish();
}
