import { z } from 'zod';
import { auditCalls } from './audit-calls.ts';
import { createCalls } from './calls.ts';
import { exchange, type HttpSettings } from './http-call.ts';
import { prismCalls } from './prism-calls.ts';
import { traceCalls } from './trace-calls.ts';
import { trismCalls } from './trism-calls.ts';
import * as wire from './wire.ts';

export { OrchestratorRefused, OrchestratorUnavailable } from './errors.ts';

export interface OrchestratorOptions {
  readonly baseUrl: string;
  readonly serviceKey: string;
  /** Of one call; default 5000. */
  readonly timeoutMs?: number;
  /** Default 16 MB. */
  readonly maxAnswerBytes?: number;
  /** How long an endpoint is left alone after failures before it is tried again; default 1000. */
  readonly circuitResetMs?: number;
  /** The id of the request that is being served, sent along as `x-request-id`. */
  readonly requestId?: () => string | undefined;
  readonly fetch?: typeof globalThis.fetch;
}

export type { TraceFilter } from './trace-calls.ts';
export type {
  AuditEvent,
  Document,
  GovernanceQuestion,
  Principal,
  SanitizedDocument,
  Trace,
} from './wire.ts';

const MAX_ANSWER_BYTES = 16_000_000;

/**
 * A client for everything FTM asks the Orchestrator. Answers are validated; what does not fit the contract is
 * `OrchestratorUnavailable`, never trusted.
 */
export function createOrchestratorClient(options: OrchestratorOptions) {
  const settings: HttpSettings = {
    baseUrl: options.baseUrl,
    serviceKey: options.serviceKey,
    timeoutMs: options.timeoutMs ?? 5000,
    maxAnswerBytes: options.maxAnswerBytes ?? MAX_ANSWER_BYTES,
    fetch: options.fetch ?? globalThis.fetch,
    requestId: options.requestId ?? (() => undefined),
  };
  const calls = createCalls(settings, options.circuitResetMs ?? 1000);
  const { post } = calls;
  return {
    ...trismCalls(calls),
    ...prismCalls(calls),
    ...traceCalls(calls),
    ...auditCalls(calls),
    /** Who is behind an API key; null for a key that is unknown, expired or revoked. */
    async login(apiKey: string): Promise<wire.Principal | null> {
      const body = { api_key: apiKey };
      const answer = await post({ endpoint: 'login', path: '/v1/login', answer: wire.Login, body });
      return answer.active ? answer : null;
    },
    /** The answer is to this question, for this request, in this minute, and to no other: its key is made here. */
    checkGovernance: (question: wire.GovernanceQuestion, asked: wire.Asked) =>
      post({
        endpoint: 'governance',
        path: '/v1/governance/check',
        answer: wire.Governance,
        body: {
          action: question.action,
          tenant_id: question.tenantId,
          project_id: question.projectId,
          actor: question.actor,
          resource: question.resource,
          context: question.context,
        },
        idempotencyKey: wire.questionKey(question, asked),
      }),
    resolveResource: (of: {
      tenantId: string;
      projectId: string;
      purpose: 'datasets' | 'evals' | 'ft_jobs';
    }) =>
      post({
        endpoint: 'resources',
        path: '/v1/resources/resolve',
        answer: wire.Resource,
        body: { tenant_id: of.tenantId, project_id: of.projectId, purpose: of.purpose },
      }),
    /**
     * Asked outside the circuits: a probe neither opens one nor is kept from asking by one. @throws
     * OrchestratorUnavailable
     */
    ping: () =>
      exchange(settings, {
        endpoint: 'health',
        method: 'GET',
        path: '/healthz',
        answer: z.looseObject({}),
      }),
    /** Ends the circuits' timers. */
    close: calls.close,
  };
}

export type OrchestratorClient = ReturnType<typeof createOrchestratorClient>;
