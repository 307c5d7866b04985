import { z } from 'zod';
import { AGGREGATES } from '@ftm/contracts/ids';
import { MOMENT, MOMENT_FORMS } from '@ftm/contracts/moment';
import { count, id, JsonValue, listOf, numbered } from '../parts.ts';
import { Dataset } from './datasets.ts';
import { Tenant } from './erasures.ts';
import { EvalRun } from './eval-runs.ts';
import { EvalSuite } from './eval-suites.ts';
import { FineTune } from './ft-jobs.ts';
import { ModelVersion } from './model-versions.ts';
import { Budget, BudgetMonth, PriceBook } from './money.ts';
import { ProductionPointer, Promotion } from './promotions.ts';
import { ReEval } from './re-evals.ts';

const size = z.coerce.number<number>().int().min(1).max(Number.MAX_SAFE_INTEGER);

export const ByStream = z.object({ aggregate: z.enum(AGGREGATES), id });
export const StreamAt = z.strictObject({
  at: z.string().max(64).regex(MOMENT, MOMENT_FORMS).optional().describe('Now when absent.'),
});
export const AuditCheckpointsPage = z.strictObject(numbered(200, 50));
export const AuditKeysPage = z.strictObject(numbered(200, 50));
export const EventsPage = z.strictObject(numbered());
export const ProofOf = z.strictObject({
  seq: size.optional().describe('That this event is in the log.'),
  size: size.optional().describe('In the tree of so many events; of the newest checkpoint when absent.'),
  from: size.optional().describe('That a tree of so many events is the beginning of a larger one.'),
  to: size.optional().describe('Of so many events; of the newest checkpoint when absent.'),
});

export const Event = z
  .strictObject({
    object: z.literal('event'),
    id: z.string().describe('UUIDv7.'),
    name: z.string().describe('Short name, such as DatasetSanitized.'),
    type: z.string().describe('Full name, such as ftm.dataset.DatasetSanitized.'),
    source: z.string(),
    time: z.iso.datetime(),
    stream: z.string().describe('<aggregate>/<id>.'),
    version: z.int().min(1).describe('In the stream, from 1.'),
    seq: z.int().min(1).describe('In the tenant, from 1, without a gap.'),
    prev: z.string().describe('The hash of the tenant’s event before.'),
    hash: z.string(),
    command: z.string(),
    fingerprint: z.string(),
    actor: z.string(),
    correlation: z.string(),
    causation: z.string().nullable(),
    traceparent: z.string().nullable(),
    partition: count,
    offset: z.string(),
    data: z
      .record(z.string(), JsonValue)
      .describe('What it says; its fields, by name of the event, are in /asyncapi.json, there in camelCase.'),
  })
  .meta({
    id: 'Event',
    description: 'An event with its whole envelope, so that whoever reads it can check the chain.',
  });
export const EventList = listOf('EventList', Event);

/** Every resource there is, told apart by `object`. */
export const Resource = z
  .discriminatedUnion('object', [
    Dataset,
    EvalSuite,
    EvalRun,
    FineTune,
    ModelVersion,
    Promotion,
    ProductionPointer,
    ReEval,
    Tenant,
    PriceBook,
    Budget,
    BudgetMonth,
  ])
  .meta({ id: 'Resource' });
export const StreamState = z
  .strictObject({
    object: z.literal('stream_state'),
    at: z.string().nullable(),
    state: Resource.nullable().describe('Null when it was not there yet.'),
    events: z.array(Event),
  })
  .meta({ id: 'StreamState' });

export const AuditCheckpoint = z
  .strictObject({
    size: z.int().min(1).describe('How many events it covers.'),
    root: z.string(),
    time: z.string(),
    kept_by_orchestrator: z.boolean(),
    note: z.string().describe('A C2SP tlog-checkpoint in a signed note.'),
  })
  .meta({ id: 'AuditCheckpoint' });
export const AuditCheckpointList = listOf('AuditCheckpointList', AuditCheckpoint);
export const AuditKeyList = listOf(
  'AuditKeyList',
  z.strictObject({ key: z.string(), first_used_at: z.string() }).meta({ id: 'AuditKey' }),
);

const path = z.array(z.string()).describe('Hashes, hex, as RFC 6962 has them.');
export const InclusionProof = z
  .strictObject({
    object: z.literal('inclusion_proof'),
    seq: z.int(),
    hash: z.string(),
    size: z.int(),
    root: z.string(),
    proof: path,
    checkpoint: AuditCheckpoint.nullable().describe('When the size is a checkpoint’s.'),
  })
  .meta({ id: 'InclusionProof' });
export const ConsistencyProof = z
  .strictObject({
    object: z.literal('consistency_proof'),
    from: z.int(),
    to: z.int(),
    from_root: z.string(),
    to_root: z.string(),
    proof: path,
    checkpoint: AuditCheckpoint.nullable(),
  })
  .meta({ id: 'ConsistencyProof' });
export const Proof = z.discriminatedUnion('object', [InclusionProof, ConsistencyProof]).meta({ id: 'Proof' });
