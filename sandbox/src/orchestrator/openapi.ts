import { z } from 'zod';
import { openApiOf, type Operation } from '../openapi-document.ts';
import * as answers from './answers.ts';
import { FaultOrder, TARGETS } from './faults.ts';
import { PolicyOrder, Question } from './governance.ts';
import { KeyOrder } from './keys.ts';
import { ApprovalOrder, EstimateOrder, PrismOrder, UsageOrder } from './prism.ts';
import * as requests from './requests.ts';
import { TraceQuery, TraceRow } from './trace-store.ts';

const CONFLICT = 'A gap, or another chain than the one that is kept';

/** Every route of the simulator; what a real Orchestrator serves is all but those under `/admin`. */
export const OPERATIONS: readonly Operation[] = [
  { method: 'get', path: '/healthz', tag: 'health', summary: 'Is it alive?', answer: answers.HealthAnswer },
  {
    method: 'get',
    path: '/openapi.json',
    tag: 'health',
    summary: 'This document',
    answer: z.looseObject({}),
  },
  {
    method: 'post',
    path: '/v1/login',
    tag: 'login',
    summary: 'Who is behind an API key?',
    body: requests.LoginOrder,
    answer: answers.LoginAnswer,
  },
  {
    method: 'post',
    path: '/v1/governance/check',
    tag: 'governance',
    summary: 'Is this action allowed?',
    body: Question,
    answer: answers.GovernanceAnswer,
    keyed: true,
  },
  {
    method: 'post',
    path: '/v1/trism/sanitize',
    tag: 'trism',
    summary: 'Replace personal data in documents; at most 4 MB of text',
    body: requests.SanitizeOrder,
    answer: answers.SanitizeAnswer,
  },
  {
    method: 'post',
    path: '/v1/trism/scan',
    tag: 'trism',
    summary: 'Look at one text that a person wrote',
    body: requests.ScanOrder,
    answer: answers.ScanAnswer,
  },
  {
    method: 'post',
    path: '/v1/trism/score',
    tag: 'trism',
    summary: 'How risky are outputs of a model?',
    body: requests.ScoreOrder,
    answer: answers.ScoreAnswer,
  },
  {
    method: 'post',
    path: '/v1/prism/estimates',
    tag: 'prism',
    summary: 'Report an estimated cost',
    body: EstimateOrder,
    answer: answers.EstimateAnswer,
  },
  {
    method: 'post',
    path: '/v1/prism/approvals',
    tag: 'prism',
    summary: 'Ask for leave to spend',
    body: ApprovalOrder,
    answer: answers.ApprovalAnswer,
    keyed: true,
  },
  {
    method: 'get',
    path: '/v1/prism/approvals/{id}',
    tag: 'prism',
    summary: 'How an approval stands',
    answer: answers.ApprovalAnswer,
  },
  {
    method: 'post',
    path: '/v1/prism/usage',
    tag: 'prism',
    summary: 'Report what was spent',
    body: UsageOrder,
    answer: answers.UsageAnswer,
    keyed: true,
  },
  {
    method: 'post',
    path: '/v1/resources/resolve',
    tag: 'resources',
    summary: 'Where do objects go?',
    body: requests.ResolveOrder,
    answer: answers.ResolveAnswer,
  },
  {
    method: 'get',
    path: '/v1/traces',
    tag: 'traces',
    summary: 'Traces by (started_at, id), a page at a time',
    query: TraceQuery,
    answer: answers.TracesAnswer,
  },
  {
    method: 'post',
    path: '/v1/audit/events',
    tag: 'audit',
    summary: 'Append a contiguous range; repeats are accepted',
    body: requests.AuditBatch,
    answer: answers.AcknowledgedAnswer,
    conflict: CONFLICT,
  },
  {
    method: 'post',
    path: '/v1/audit/checkpoints',
    tag: 'audit',
    summary: 'Keep a signed checkpoint that the copy bears out; repeats are accepted',
    body: requests.AuditNote,
    answer: answers.NoteKeptAnswer,
    conflict: CONFLICT,
  },
  {
    method: 'get',
    path: '/v1/audit/tenants/{tenant_id}/checkpoints',
    tag: 'audit',
    summary: 'The checkpoints that are kept, oldest first',
    query: requests.NoteRange,
    answer: answers.NotesAnswer,
  },
  {
    method: 'get',
    path: '/v1/audit/tenants/{tenant_id}/position',
    tag: 'audit',
    summary: 'The last one that is kept',
    answer: answers.PositionAnswer,
  },
  {
    method: 'get',
    path: '/v1/audit/tenants/{tenant_id}/events',
    tag: 'audit',
    summary: 'What is kept',
    query: requests.AuditRange,
    answer: answers.AuditEventsAnswer,
  },
  {
    method: 'post',
    path: '/admin/faults',
    tag: 'admin',
    summary: `Order a fault for ${TARGETS.join(', ')} or *`,
    body: FaultOrder,
  },
  { method: 'get', path: '/admin/faults', tag: 'admin', summary: 'Faults in force' },
  { method: 'delete', path: '/admin/faults', tag: 'admin', summary: 'Heal everything' },
  { method: 'delete', path: '/admin/faults/{id}', tag: 'admin', summary: 'Heal one' },
  { method: 'get', path: '/admin/policies', tag: 'admin', summary: 'Policies that were added' },
  { method: 'post', path: '/admin/policies', tag: 'admin', summary: 'Deny an action', body: PolicyOrder },
  { method: 'delete', path: '/admin/policies', tag: 'admin', summary: 'Drop the policies that were added' },
  { method: 'post', path: '/admin/keys', tag: 'admin', summary: 'Add an API key', body: KeyOrder },
  {
    method: 'post',
    path: '/admin/keys/revoke',
    tag: 'admin',
    summary: 'Revoke an API key',
    body: requests.RevokeOrder,
  },
  {
    method: 'post',
    path: '/admin/traces',
    tag: 'admin',
    summary: 'Load traces, one a line',
    body: TraceRow,
    jsonLines: true,
  },
  {
    method: 'post',
    path: '/admin/prism/orders',
    tag: 'admin',
    summary:
      'How the next approvals are answered: for how long they hold, and whether they are pending at first',
    body: PrismOrder,
  },
  {
    method: 'post',
    path: '/admin/prism/approvals/{id}',
    tag: 'admin',
    summary: 'Decide an approval',
    body: requests.ApprovalVerdict,
    answer: answers.ApprovalAnswer,
  },
  {
    method: 'get',
    path: '/admin/counters',
    tag: 'admin',
    summary: 'Calls by target, audit positions and usage (USD micros) by tenant',
  },
  {
    method: 'get',
    path: '/admin/search',
    tag: 'admin',
    summary: 'Does any audit record that is kept contain a text?',
    query: z.object({ text: z.string().min(1) }),
  },
];

/** The OpenAPI 3.1 document, made of the schemas that the simulator validates with. */
export const openApiDocument = (): Record<string, unknown> =>
  openApiOf(
    {
      title: 'Orchestrator, as FTM uses it',
      description:
        'What the Fine-Tuning Manager expects of the Orchestrator: the contract to implement for a real one. Routes under /admin belong to the simulator only. ' +
        'Requests may carry x-request-id and traceparent. A 429 or 5xx, with Retry-After where known, means: ask again later.',
      serverUrl: 'http://127.0.0.1:28100',
      refusal: { name: 'Problem', mediaType: 'application/problem+json', schema: answers.ProblemAnswer },
    },
    OPERATIONS,
  );
