import CircuitBreaker from 'opossum';
import { z } from 'zod';
import { OrchestratorRefused, OrchestratorUnavailable } from './errors.ts';
import { exchange, garbage, type HttpCall, type HttpSettings } from './http-call.ts';
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

export type {
  AuditEvent,
  Document,
  GovernanceQuestion,
  Principal,
  SanitizedDocument,
  Trace,
} from './wire.ts';

export interface TraceFilter {
  readonly tenantId: string;
  readonly projectId: string;
  readonly assistantId?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly outcome?: string | null;
  readonly tag?: string | null;
}

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
  const circuits = new Map<string, CircuitBreaker<[() => Promise<unknown>]>>();

  /**
   * After several failures in a row an endpoint is left alone for a moment, and callers learn at once that it is
   * away.
   */
  async function guarded<S extends z.ZodType>(call: HttpCall<S>): Promise<z.infer<S>> {
    let circuit = circuits.get(call.endpoint);
    if (circuit === undefined) {
      circuit = createCircuit(options.circuitResetMs ?? 1000);
      circuits.set(call.endpoint, circuit);
    }
    try {
      return (await circuit.fire(() => exchange(settings, call))) as z.infer<S>;
    } catch (error) {
      if (error instanceof OrchestratorRefused || error instanceof OrchestratorUnavailable) throw error;
      throw new OrchestratorUnavailable(
        'circuit_open',
        `the Orchestrator’s ${call.endpoint} is left alone after failures`,
        { cause: error },
      );
    }
  }

  const post = <S extends z.ZodType>(
    endpoint: string,
    path: string,
    answer: S,
    body: unknown,
    idempotencyKey?: string,
  ): Promise<z.infer<S>> => guarded({ endpoint, method: 'POST', path, answer, body, idempotencyKey });
  const get = <S extends z.ZodType>(endpoint: string, path: string, answer: S): Promise<z.infer<S>> =>
    guarded({ endpoint, method: 'GET', path, answer });

  async function listTraces(
    filter: TraceFilter,
    cursor: string | null,
    limit = 500,
  ): Promise<wire.TracePage> {
    const page = await get('traces', `/v1/traces?${traceQuery(filter, cursor, limit)}`, wire.Traces);
    // Nothing crosses tenants, also when the other side gets its filter wrong.
    if (page.data.some((trace) => trace.tenantId !== filter.tenantId || trace.projectId !== filter.projectId))
      throw garbage('traces', 'a trace of another tenant or project');
    return page;
  }

  return {
    /** Who is behind an API key; null for a key that is unknown, expired or revoked. */
    async login(apiKey: string): Promise<wire.Principal | null> {
      const answer = await post('login', '/v1/login', wire.Login, { api_key: apiKey });
      return answer.active ? answer : null;
    },
    checkGovernance: (question: wire.GovernanceQuestion, idempotencyKey: string) =>
      post(
        'governance',
        '/v1/governance/check',
        wire.Governance,
        {
          action: question.action,
          tenant_id: question.tenantId,
          project_id: question.projectId,
          actor: question.actor,
          resource: question.resource,
          context: question.context,
        },
        idempotencyKey,
      ),
    /**
     * At most 500 documents and 4 MB. The answer has the same documents in the same order, and as many texts in each
     * that is kept.
     */
    async sanitize(
      of: { tenantId: string; projectId: string; profile: string },
      documents: readonly wire.Document[],
    ) {
      const answer = await post('sanitize', '/v1/trism/sanitize', wire.Sanitized, {
        tenant_id: of.tenantId,
        project_id: of.projectId,
        profile: of.profile,
        documents,
      });
      const faithful =
        answer.documents.length === documents.length &&
        answer.documents.every(({ id, action, texts }, index) => {
          const sent = documents[index];
          const kept = action === 'pass' || action === 'redact';
          return id === sent?.id && (!kept || texts.length === sent.texts.length);
        });
      if (!faithful) throw garbage('sanitize', 'other documents than were sent');
      return answer;
    },
    scan: (of: { tenantId: string; projectId: string }, text: string) =>
      post('scan', '/v1/trism/scan', wire.Scan, { tenant_id: of.tenantId, project_id: of.projectId, text }),
    /** A score for each output, in the same order. */
    async score(
      of: { tenantId: string; projectId: string; profile: string },
      outputs: readonly { id: string; output: string }[],
    ) {
      const answer = await post('score', '/v1/trism/score', wire.Score, {
        tenant_id: of.tenantId,
        project_id: of.projectId,
        profile: of.profile,
        outputs,
      });
      const faithful =
        answer.scores.length === outputs.length &&
        answer.scores.every(({ id }, index) => id === outputs[index]?.id);
      if (!faithful) throw garbage('score', 'other outputs than were sent');
      return answer;
    },
    prismEstimate: (
      of: { tenantId: string; projectId: string; subject: string; kind: string },
      estimate: { low: number; expected: number; high: number },
    ) =>
      post('prism', '/v1/prism/estimates', wire.Estimate, {
        tenant_id: of.tenantId,
        project_id: of.projectId,
        subject: of.subject,
        kind: of.kind,
        low_usd_micros: estimate.low,
        expected_usd_micros: estimate.expected,
        high_usd_micros: estimate.high,
      }),
    requestApproval: (
      of: { tenantId: string; projectId: string; subject: string; amountUsdMicros: number; reason: string },
      idempotencyKey: string,
    ) =>
      post(
        'prism',
        '/v1/prism/approvals',
        wire.Approval,
        {
          tenant_id: of.tenantId,
          project_id: of.projectId,
          subject: of.subject,
          amount_usd_micros: of.amountUsdMicros,
          reason: of.reason,
        },
        idempotencyKey,
      ),
    getApproval: (id: string) => get('prism', `/v1/prism/approvals/${encodeURIComponent(id)}`, wire.Approval),
    recordUsage: (
      of: {
        tenantId: string;
        projectId: string;
        subject: string;
        kind: string;
        amountUsdMicros: number;
        tokens: number;
      },
      idempotencyKey: string,
    ) =>
      post(
        'prism',
        '/v1/prism/usage',
        wire.Usage,
        {
          tenant_id: of.tenantId,
          project_id: of.projectId,
          subject: of.subject,
          kind: of.kind,
          amount_usd_micros: of.amountUsdMicros,
          tokens: of.tokens,
        },
        idempotencyKey,
      ),
    resolveResource: (of: {
      tenantId: string;
      projectId: string;
      purpose: 'datasets' | 'evals' | 'ft_jobs';
    }) =>
      post('resources', '/v1/resources/resolve', wire.Resource, {
        tenant_id: of.tenantId,
        project_id: of.projectId,
        purpose: of.purpose,
      }),
    listTraces,
    /** Every trace that the filter lets through, page by page, in the order of (started_at, id). */
    async *traces(filter: TraceFilter, pageSize = 500): AsyncGenerator<wire.Trace, void, undefined> {
      let cursor: string | null = null;
      do {
        const page: wire.TracePage = await listTraces(filter, cursor, pageSize);
        yield* page.data;
        if (page.nextCursor !== null && page.nextCursor === cursor)
          throw garbage('traces', 'a cursor that does not move');
        cursor = page.nextCursor;
      } while (cursor !== null);
    },
    /**
     * A contiguous range of one tenant's events; a repeat of what the Orchestrator has is accepted.
     * @throws OrchestratorRefused `AUDIT_GAP` (go on after `body.acknowledged_seq`) or `AUDIT_CHAIN_BROKEN` (at
     * `body.at_seq`: alarm)
     */
    async sendAuditEvents(tenantId: string, events: readonly wire.AuditEvent[]) {
      const answer = await post('audit', '/v1/audit/events', wire.Acknowledged, {
        tenant_id: tenantId,
        events,
      });
      if (answer.acknowledgedSeq < (events.at(-1)?.seq ?? 0))
        throw garbage('audit', 'less acknowledged than was sent');
      return answer;
    },
    /**
     * A signed checkpoint, for the Orchestrator to keep: it vouches for what FTM once said.
     * @throws OrchestratorRefused `AUDIT_GAP` (its copy has not come as far yet) or `AUDIT_CHECKPOINT_MISMATCH`
     * (another history: alarm)
     */
    sendAuditCheckpoint: (tenantId: string, note: string) =>
      post('audit', '/v1/audit/checkpoints', wire.CheckpointKept, { tenant_id: tenantId, note }),
    /** The notes that it keeps of a tenant, oldest first, from the first that is larger than `afterSize`. */
    auditCheckpoints: (tenantId: string, afterSize = 0) =>
      get(
        'audit',
        `/v1/audit/tenants/${encodeURIComponent(tenantId)}/checkpoints?after_size=${afterSize}`,
        wire.Checkpoints,
      ),
    /** What the Orchestrator's copy holds, from a sequence number on. */
    auditEvents: (tenantId: string, fromSeq: number, limit = 500) =>
      get(
        'audit',
        `/v1/audit/tenants/${encodeURIComponent(tenantId)}/events?from_seq=${fromSeq}&limit=${limit}`,
        wire.AuditEvents,
      ),
    auditPosition: (tenantId: string) =>
      get('audit', `/v1/audit/tenants/${encodeURIComponent(tenantId)}/position`, wire.Acknowledged),
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
    close(): void {
      for (const circuit of circuits.values()) circuit.shutdown();
      circuits.clear();
    },
  };
}

export type OrchestratorClient = ReturnType<typeof createOrchestratorClient>;

function traceQuery(filter: TraceFilter, cursor: string | null, limit: number): string {
  const query = new URLSearchParams({
    tenant_id: filter.tenantId,
    project_id: filter.projectId,
    limit: String(limit),
  });
  const optional = {
    assistant_id: filter.assistantId,
    from: filter.from,
    to: filter.to,
    outcome: filter.outcome,
    tag: filter.tag,
    cursor,
  };
  for (const [name, value] of Object.entries(optional))
    if (value !== null && value !== undefined) query.set(name, value);
  return query.toString();
}

function createCircuit(resetTimeout: number): CircuitBreaker<[() => Promise<unknown>]> {
  return new CircuitBreaker((work: () => Promise<unknown>) => work(), {
    timeout: false, // the exchange has its own deadline
    resetTimeout,
    errorThresholdPercentage: 60,
    volumeThreshold: 8,
    rollingCountTimeout: 10_000,
    // A "no" is an answer.
    errorFilter: (error: unknown) => error instanceof OrchestratorRefused,
  });
}
