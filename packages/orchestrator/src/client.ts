import { context, propagation } from '@opentelemetry/api';
import CircuitBreaker from 'opossum';
import { z } from 'zod';
import * as wire from './wire.ts';

/** The Orchestrator does not answer, or answers nonsense: the same call may succeed later. Whoever asked for leave has not got it. */
export class OrchestratorUnavailable extends Error {
  readonly retryAfterMs: number;
  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OrchestratorUnavailable';
    this.retryAfterMs = options.retryAfterMs ?? 1000;
  }
}

/** The Orchestrator understood and refused (4xx). */
export class OrchestratorRefused extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: Readonly<Record<string, unknown>>;
  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(
      `the Orchestrator refused: ${status} ${String(body['code'] ?? '')} ${String(body['detail'] ?? '')}`.trim(),
    );
    this.name = 'OrchestratorRefused';
    this.status = status;
    this.code = String(body['code'] ?? 'REFUSED');
    this.body = body;
  }
}

export interface OrchestratorOptions {
  readonly baseUrl: string;
  readonly serviceKey: string;
  /** Of one call; default 5000. */
  readonly timeoutMs?: number;
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

/** A client for everything FTM asks the Orchestrator. Answers are validated; what does not fit the contract is `OrchestratorUnavailable`, never trusted. */
export function createOrchestratorClient(options: OrchestratorOptions) {
  const timeoutMs = options.timeoutMs ?? 5000;
  const breakers = new Map<string, CircuitBreaker<[() => Promise<unknown>], unknown>>();

  async function request(
    method: string,
    path: string,
    body: unknown,
    idempotencyKey?: string,
  ): Promise<unknown> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${options.serviceKey}`,
      accept: 'application/json',
    };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    propagation.inject(context.active(), headers);
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(new URL(path, options.baseUrl), {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await answer.text();
    } catch (error) {
      throw new OrchestratorUnavailable('the Orchestrator does not answer', { cause: error });
    }
    if (text.length > MAX_ANSWER_BYTES)
      throw new OrchestratorUnavailable('the Orchestrator’s answer is too large');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      throw new OrchestratorUnavailable(
        `the Orchestrator answered ${answer.status} with something that is not JSON`,
        { cause: error },
      );
    }
    if (answer.ok) return json;
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408)
      throw new OrchestratorUnavailable(`the Orchestrator answered ${answer.status}`, {
        retryAfterMs: retryAfter(answer),
      });
    throw new OrchestratorRefused(
      answer.status,
      typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {},
    );
  }

  /** After several failures in a row an endpoint is left alone for a moment, and callers learn at once that it is away. */
  async function guarded<S extends z.ZodType>(
    endpoint: string,
    schema: S,
    work: () => Promise<unknown>,
  ): Promise<z.infer<S>> {
    let breaker = breakers.get(endpoint);
    if (breaker === undefined) {
      breaker = new CircuitBreaker((call: () => Promise<unknown>) => call(), {
        timeout: false,
        resetTimeout: 1000,
        errorThresholdPercentage: 60,
        volumeThreshold: 8,
        rollingCountTimeout: 10_000,
        errorFilter: (error: unknown) => error instanceof OrchestratorRefused,
      });
      breakers.set(endpoint, breaker);
    }
    let answer: unknown;
    try {
      answer = await breaker.fire(work);
    } catch (error) {
      if (error instanceof OrchestratorRefused || error instanceof OrchestratorUnavailable) throw error;
      throw new OrchestratorUnavailable(`the Orchestrator’s ${endpoint} is left alone after failures`, {
        cause: error,
      });
    }
    const result = schema.safeParse(answer);
    if (!result.success)
      throw new OrchestratorUnavailable(
        `the Orchestrator’s answer to ${endpoint} is not what was agreed: ${result.error.issues[0]?.path.join('.') ?? ''}`,
      );
    return result.data;
  }

  const post = <S extends z.ZodType>(
    endpoint: string,
    path: string,
    schema: S,
    body: unknown,
    idempotencyKey?: string,
  ): Promise<z.infer<S>> => guarded(endpoint, schema, () => request('POST', path, body, idempotencyKey));
  const get = <S extends z.ZodType>(endpoint: string, path: string, schema: S): Promise<z.infer<S>> =>
    guarded(endpoint, schema, () => request('GET', path, undefined));

  const client = {
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
    sanitize: (
      of: { tenantId: string; projectId: string; profile: string },
      documents: readonly wire.Document[],
    ) =>
      post('sanitize', '/v1/trism/sanitize', wire.Sanitized, {
        tenant_id: of.tenantId,
        project_id: of.projectId,
        profile: of.profile,
        documents,
      }),
    scan: (of: { tenantId: string; projectId: string }, text: string) =>
      post('scan', '/v1/trism/scan', wire.Scan, { tenant_id: of.tenantId, project_id: of.projectId, text }),
    score: (
      of: { tenantId: string; projectId: string; profile: string },
      outputs: readonly { id: string; output: string }[],
    ) =>
      post('score', '/v1/trism/score', wire.Score, {
        tenant_id: of.tenantId,
        project_id: of.projectId,
        profile: of.profile,
        outputs,
      }),
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
    listTraces: (filter: TraceFilter, cursor: string | null, limit = 500) =>
      get('traces', `/v1/traces?${traceQuery(filter, cursor, limit)}`, wire.Traces),
    sendAuditEvents: (tenantId: string, events: readonly wire.AuditEvent[]) =>
      post('audit', '/v1/audit/events', wire.Acknowledged, { tenant_id: tenantId, events }),
    auditPosition: (tenantId: string) =>
      get('audit', `/v1/audit/tenants/${encodeURIComponent(tenantId)}/position`, wire.Acknowledged),
    /** @throws OrchestratorUnavailable */
    ping: () => get('health', '/healthz', z.looseObject({})),
  };
  return client;
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

function retryAfter(answer: Response): number {
  const seconds = Number(answer.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : 1000;
}
