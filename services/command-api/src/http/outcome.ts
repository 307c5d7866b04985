import { parseStreamId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { blockOf } from '@ftm/domain/refusal';
import { render } from '@ftm/api/views/render';
import type { Outcome } from '@ftm/commands/commander';
import { Problem, rejectionProblem } from './problem.ts';
import type { Answer } from './route.ts';

export interface Answering {
  readonly tenant: TenantId;
  /** The stream that the command was about. */
  readonly primary: StreamId;
  readonly status: number;
  /** Path of the collection, of what a command made. */
  readonly location: string | null;
}

/**
 * The resource as it stood right after the command, made of the log alone: a retry gets the same answer, whatever has happened since.
 * @throws Problem for a command that was refused, with its events or without
 */
export function answerOf(outcome: Outcome, { tenant, primary, status, location }: Answering): Answer {
  switch (outcome.kind) {
    case 'rejected':
      throw rejectionProblem(outcome.rejection, { headers: replayedHeader(outcome) });
    case 'fingerprint_mismatch':
      throw new Problem(
        'IDEMPOTENCY_KEY_REUSED',
        'this Idempotency-Key was used for another request: take a new one for another thing to do',
      );
    case 'version_conflict':
      throw new Problem('VERSION_CONFLICT', `the resource is at version ${outcome.actual}`);
    case 'appended': {
      const { aggregate, id } = parseStreamId(primary);
      const replayed = replayedHeader(outcome);
      const block = blockOf(outcome.events.map(({ event }) => event));
      if (block !== undefined) throw rejectionProblem(block, { resourceId: id, headers: replayed });
      const { position, history } = outcome;
      return {
        status,
        body: render(aggregate, tenant, id, fold(aggregate, history.map(toPast))),
        headers: {
          etag: `"${history.length}"`,
          ...(position === null ? {} : { 'ftm-position': `${position.partition}:${position.offset}` }),
          ...(location === null ? {} : { location: `${location}/${id}` }),
          ...replayed,
        },
      };
    }
  }
}

const replayedHeader = ({ replayed }: { readonly replayed: boolean }): Readonly<Record<string, string>> =>
  replayed ? { 'idempotent-replayed': 'true' } : {};
