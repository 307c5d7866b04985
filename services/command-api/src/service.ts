import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import type { Reason } from '@ftm/contracts/generated/events';
import {
  commandId,
  derivedUuid,
  digest,
  parseStreamId,
  streamId,
  type Aggregate,
  type TenantId,
} from '@ftm/contracts/ids';
import { fold, projectOf, type StateOf } from '@ftm/domain/aggregates';
import type { Command } from '@ftm/domain/command';
import type { GateAnswer } from '@ftm/domain/gate-answer';
import { primaryStream } from '@ftm/domain/handle';
import { CommandInFlight, type AppendOutcome } from '@ftm/event-log/event-log';
import type { EncryptedStore } from '@ftm/object-store/encrypted-store';
import type { OrchestratorClient } from '@ftm/orchestrator/client';
import { traceparent } from '@ftm/runtime/telemetry';
import { inScope } from './auth.ts';
import type { CostReads } from './costs/cost-reads.ts';
import type { Proofs } from './audit/proofs.ts';
import { toPast } from '@ftm/domain/event-meta';
import type { Commander } from '@ftm/commands/commander';
import { asTenant } from './http/as-tenant.ts';
import { notFound, Problem, rejectionProblem } from './http/problem.ts';
import type { Quotas } from './quotas.ts';
import type { Answer, Call } from './http/route.ts';
import type { Reads } from './reads.ts';
import { render } from '@ftm/api/views/render';

/** What the routes are made of. */
export interface Services {
  readonly commander: Commander;
  readonly reads: Reads;
  readonly costs: CostReads;
  readonly quotas: Quotas;
  readonly orchestrator: OrchestratorClient;
  readonly objects: EncryptedStore;
  readonly proofs: Proofs;
  readonly limits: {
    readonly uploadBytes: number;
    readonly datasetRows: number;
    /** A model that is shut down in fewer days is not made live. */
    readonly minDaysToShutdown: number;
  };
}

/** Ids that a retry of the same call meets again. */
export interface CallIds {
  readonly tenant: TenantId;
  /** Of the resource that a create makes. */
  readonly newId: string;
  readonly commandId: string;
  readonly fingerprint: string;
}

export function callIds(call: Call, route: string): CallIds {
  const tenant = asTenant(call.principal.tenantId);
  return {
    tenant,
    newId: derivedUuid(tenant, route, call.idempotencyKey),
    commandId: commandId(tenant, `${route}:${call.idempotencyKey}`),
    fingerprint: digest(
      'ftm.request',
      route,
      canonicalJson(call.params ?? {}),
      canonicalJson(call.body ?? null),
    ),
  };
}

/** Asks the Orchestrator whether an action is allowed. @throws OrchestratorUnavailable: who cannot be asked has not said yes */
export async function askGate(
  services: Services,
  call: Call,
  ids: CallIds,
  question: {
    readonly action: string;
    readonly projectId: string;
    readonly resource: { readonly type: string; readonly id: string };
    readonly context: Readonly<Record<string, unknown>>;
  },
): Promise<GateAnswer> {
  const answer = await services.orchestrator.checkGovernance(
    { ...question, tenantId: ids.tenant, actor: call.principal.subject },
    `${ids.commandId}:${question.action}`,
  );
  return {
    gate: question.action,
    decision: answer.decision,
    decisionId: answer.decisionId,
    reasons: answer.reasons,
    policyVersion: answer.policyVersion,
  };
}

/** Runs a command and answers with the resource as it stands after it, computed from the log: a retry gets the same answer. */
export async function command(
  services: Services,
  call: Call,
  ids: CallIds,
  what: Command,
  options: { readonly status: number; readonly location?: string },
): Promise<Answer> {
  const expected = expectedVersion(call.ifMatch);
  const outcome = await services.commander
    .execute({
      tenantId: ids.tenant,
      commandId: ids.commandId,
      fingerprint: ids.fingerprint,
      actor: call.principal.subject,
      correlation: traceparent()?.split('-')[1] ?? call.requestId,
      causation: null,
      now: new Date().toISOString(),
      ...(expected === undefined ? {} : { expectedVersion: expected }),
      command: what,
    })
    .catch((error: unknown) => {
      if (error instanceof CommandInFlight)
        throw new Problem(
          409,
          'COMMAND_IN_FLIGHT',
          'a request with this Idempotency-Key is being worked on',
          { retryAfterMs: 1000 },
        );
      throw error;
    });
  return answerOf(ids.tenant, what, outcome, options);
}

function answerOf(
  tenant: TenantId,
  what: Command,
  outcome: AppendOutcome,
  options: { readonly status: number; readonly location?: string },
): Answer {
  switch (outcome.kind) {
    case 'rejected':
      throw rejectionProblem(outcome.rejection);
    case 'fingerprint_mismatch':
      throw new Problem(422, 'IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was used for another request');
    case 'version_conflict':
      throw new Problem(412, 'VERSION_CONFLICT', `the resource is at version ${outcome.actual}`);
    case 'appended': {
      const { aggregate, id } = parseStreamId(primaryStream(what));
      const no = blocked(outcome.events);
      if (no !== undefined)
        throw new Problem(409, 'GATE_DENIED', `the gate ${no.gate} said no`, {
          reasons: no.reasons,
          resourceId: id,
        });
      const body = render(aggregate, tenant, id, fold(aggregate, outcome.history.map(toPast)));
      const { position } = outcome;
      const headers = {
        etag: `"${outcome.history.length}"`,
        ...(position === null ? {} : { 'ftm-position': `${position.partition}:${position.offset}` }),
        ...(options.location === undefined ? {} : { location: `${options.location}/${id}` }),
      };
      return { status: options.status, body, headers };
    }
  }
}

function blocked(
  events: readonly RecordedEvent[],
): { readonly gate: string; readonly reasons: readonly Reason[] } | undefined {
  for (const { event } of events) {
    switch (event.type) {
      case 'DatasetBlocked':
      case 'EvalRunBlocked':
      case 'FineTuneBlocked':
      case 'PromotionBlocked':
        return event.data;
      default:
    }
  }
  return undefined;
}

function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined)
    throw new Problem(400, 'INVALID_IF_MATCH', 'If-Match is the ETag of a version: a number in quotes');
  return Number(version);
}

/** The present state of a stream as its writer knows it, also one that is not there. Whether the caller may see it is the caller's to check. */
export async function stateOf<A extends Aggregate>(
  services: Services,
  call: Call,
  aggregate: A,
  id: string,
): Promise<StateOf<A>> {
  const tenant = asTenant(call.principal.tenantId);
  return fold(aggregate, (await services.commander.readStream(tenant, streamId(aggregate, id))).map(toPast));
}

/** ETag of a state; `"0"` of one that is not there. */
export const versionTag = (state: { readonly status: string; readonly version?: number }): string =>
  `"${state.version ?? 0}"`;

/** The present state of a resource as its writer knows it. @throws Problem 404, also for one of another project than the key covers */
export async function fresh<A extends Aggregate>(
  services: Services,
  call: Call,
  aggregate: A,
  id: string,
): Promise<Exclude<StateOf<A>, { readonly status: 'absent' }>> {
  const state = await stateOf(services, call, aggregate, id);
  if (state.status === 'absent' || !inScope(call.principal, projectOf(aggregate, state))) throw notFound();
  return state as unknown as Exclude<StateOf<A>, { readonly status: 'absent' }>;
}
