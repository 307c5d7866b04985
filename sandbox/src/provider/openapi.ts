import { z } from 'zod';
import { openApiOf, type Operation } from '../openapi-document.ts';
import { RetirementSchema, SpeedSchema, WebhookSchema } from './admin.ts';
import { FaultSchema } from './faults.ts';

const CostsQuery = z.object({
  start_time: z.number().int().min(0).describe('Unix seconds; the day that it is in.'),
  end_time: z.number().int().min(0).optional().describe('Unix seconds; now when absent.'),
  bucket_width: z.literal('1d').optional(),
  limit: z.number().int().min(0).optional().describe('Days, at most 180; 7 when absent.'),
});

/** What is the simulator's own; the wire itself is in the documents of its makers. */
const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/organization/costs',
    tag: 'costs',
    summary: 'What training has cost, by day and base model; with any key of the organisation',
    query: CostsQuery,
  },
  { method: 'post', path: '/admin/faults', tag: 'admin', summary: 'Order a fault', body: FaultSchema },
  { method: 'get', path: '/admin/faults', tag: 'admin', summary: 'Faults in force' },
  { method: 'delete', path: '/admin/faults', tag: 'admin', summary: 'Heal everything' },
  { method: 'delete', path: '/admin/faults/{id}', tag: 'admin', summary: 'Heal one' },
  { method: 'get', path: '/admin/counters', tag: 'admin', summary: 'What was asked for, counted' },
  {
    method: 'post',
    path: '/admin/speed',
    tag: 'admin',
    summary: 'How fast jobs are trained',
    body: SpeedSchema,
  },
  {
    method: 'post',
    path: '/admin/webhooks',
    tag: 'admin',
    summary:
      'Send webhooks somewhere: twice, out of order, or with forged ones among them when it is ordered',
    body: WebhookSchema,
  },
  { method: 'get', path: '/admin/webhooks', tag: 'admin', summary: 'Where webhooks go' },
  { method: 'delete', path: '/admin/webhooks/{id}', tag: 'admin', summary: 'Send none there any more' },
  {
    method: 'post',
    path: '/admin/models/{id}/retirement',
    tag: 'admin',
    summary: 'Announce the day on which a model is shut down; null takes it back',
    body: RetirementSchema,
  },
];

const ErrorAnswer = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

/** The OpenAPI 3.1 document, made of the schemas that the simulator validates with. */
export const openApiDocument = (): Record<string, unknown> =>
  openApiOf(
    {
      title: 'The provider’s simulator: bills, and what can be ordered',
      description:
        'The simulator speaks the OpenAI wire for files, uploads, fine-tuning jobs, models, chat completions and embeddings, as docs/provider.md says; that is not repeated here. ' +
        'Routes under /admin belong to the simulator only, want no key, and answer only on the machine that it runs on.',
      serverUrl: 'http://127.0.0.1:28200',
      refusal: { name: 'Error', mediaType: 'application/json', schema: ErrorAnswer },
    },
    OPERATIONS,
  );
