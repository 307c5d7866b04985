import { CONTENT_TYPE } from './envelope.ts';
import { EVENT_SCHEMAS, type EventSchemaEntry } from './generated/events.ts';
import { CHECKPOINTS_TOPIC, EVENTS_PARTITIONS, EVENTS_TOPIC, TECHNICAL_KEY } from './topics.ts';

type Json = Readonly<Record<string, unknown>>;

const KAFKA_BINDING = '0.5.0';
const TENANT_KEY = { type: 'string', description: 'Tenant id; all events of a tenant are in one partition.' };

/** What downstream systems find on the topics, as an AsyncAPI 3 document. */
export function asyncApiDocument(): Json {
  const messages = Object.values(EVENT_SCHEMAS).flat().map(messageOf);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'FTM, the Fine-Tuning Manager: its log',
      version: '1.0.0',
      description: [
        'Every event of every tenant, in order, for ever.',
        'Read with isolation level `read_committed`: what an aborted transaction wrote is no event.',
        `Skip records with the key \`${TECHNICAL_KEY}\`: they are technical, have no tenant and no sequence number.`,
        'Within a tenant `ftm_seq` goes up by one, and `ftm_prev` is the `ftm_hash` of the event before; a record that does not continue so is void for every reader.',
        'A record may arrive twice at a consumer that crashes: `ce_id` tells.',
        'Values have the registry’s framing: a zero byte, 4 bytes of schema id, Avro binary. Schemas are FULL_TRANSITIVE compatible within a type.',
      ].join('\n'),
      license: { name: 'UNLICENSED' },
    },
    defaultContentType: CONTENT_TYPE,
    channels: {
      events: {
        address: EVENTS_TOPIC,
        title: 'Events',
        messages: Object.fromEntries(messages.map(({ name }) => [name, reference('messages', name)])),
        bindings: {
          kafka: {
            topic: EVENTS_TOPIC,
            partitions: EVENTS_PARTITIONS,
            topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': -1 },
            bindingVersion: KAFKA_BINDING,
          },
        },
      },
      checkpoints: {
        address: CHECKPOINTS_TOPIC,
        title: 'Signed checkpoints of each tenant’s log',
        messages: { checkpoint: reference('messages', 'checkpoint') },
        bindings: { kafka: { topic: CHECKPOINTS_TOPIC, partitions: 1, bindingVersion: KAFKA_BINDING } },
      },
    },
    operations: {
      publishEvents: {
        action: 'send',
        channel: reference('channels', 'events', ''),
        summary: 'FTM writes, others read.',
      },
      publishCheckpoints: { action: 'send', channel: reference('channels', 'checkpoints', '') },
    },
    components: {
      messages: {
        ...Object.fromEntries(messages.map(({ name, message }) => [name, message])),
        checkpoint: {
          name: 'checkpoint',
          title: 'Signed checkpoint',
          summary: 'A C2SP tlog-checkpoint in a signed note (Ed25519).',
          contentType: 'text/plain',
          payload: { type: 'string' },
          bindings: { kafka: { key: TENANT_KEY, bindingVersion: KAFKA_BINDING } },
        },
      },
      schemas: { Headers: HEADERS },
    },
  };
}

function messageOf({ aggregate, fullName, version, schema }: EventSchemaEntry) {
  const title = fullName.split('.').at(-1) ?? fullName;
  const technical = aggregate === 'log';
  return {
    name: `${title}V${version}`,
    message: {
      name: fullName,
      title: `${title}, version ${version}`,
      summary: (schema as { readonly doc?: string }).doc ?? '',
      contentType: CONTENT_TYPE,
      ...(technical ? {} : { headers: reference('schemas', 'Headers') }),
      payload: { schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema },
      bindings: {
        kafka: {
          key: technical ? { type: 'string', const: TECHNICAL_KEY } : TENANT_KEY,
          schemaIdLocation: 'payload',
          schemaIdPayloadEncoding: '4',
          schemaLookupStrategy: 'TopicRecordNameStrategy',
          bindingVersion: KAFKA_BINDING,
        },
      },
    },
  };
}

function reference(kind: string, name: string, under = 'components/'): Json {
  return { $ref: `#/${under}${kind}/${name}` };
}

const HASH = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const WHOLE = { type: 'string', pattern: '^[1-9][0-9]*$' };
const TEXT = { type: 'string', minLength: 1 };

/** CloudEvents in the binary mode of its Kafka binding, and FTM's own. */
const HEADERS = {
  type: 'object',
  required: [
    ...['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_subject', 'content-type'],
    ...['ftm_version', 'ftm_seq', 'ftm_prev', 'ftm_hash', 'ftm_command', 'ftm_fingerprint', 'ftm_actor'],
    'ftm_correlation',
  ],
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', format: 'uuid', description: 'Id of the event.' },
    ce_type: { ...TEXT, description: 'Full name of the event’s type.' },
    ce_source: { ...TEXT, description: 'Who wrote it.' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_subject: { ...TEXT, description: 'Stream: aggregate and id.' },
    'content-type': { type: 'string', const: CONTENT_TYPE },
    ftm_version: { ...WHOLE, description: 'Version of the stream after the event.' },
    ftm_seq: { ...WHOLE, description: 'Place in the tenant’s log, from 1 on without a gap.' },
    ftm_prev: { ...HASH, description: 'Hash of the tenant’s event before.' },
    ftm_hash: { ...HASH, description: 'SHA-256 over the event and `ftm_prev`.' },
    ftm_command: { ...HASH, description: 'The command that gave it.' },
    ftm_fingerprint: { ...TEXT, description: 'What the command asked.' },
    ftm_actor: { ...TEXT, description: 'Who asked.' },
    ftm_correlation: TEXT,
    ftm_causation: { ...TEXT, description: 'The event or request that led to it.' },
    traceparent: { ...TEXT, description: 'W3C trace context of the request.' },
  },
};
