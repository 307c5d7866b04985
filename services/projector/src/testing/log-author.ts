import { createHash, randomUUID } from 'node:crypto';
import { EMPTY_CHAIN, eventHash, type ChainHead } from '@ftm/contracts/chain';
import { fullName } from '@ftm/contracts/codec';
import { toHeaders, type Envelope } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { StreamId, TenantId } from '@ftm/contracts/ids';
import { EVENT_SOURCE } from '@ftm/contracts/topics';
import { memberClient, type KafkaConnection } from '@ftm/event-log/kafka-clients';
import type { Registry } from '@ftm/event-log/registry';

export interface AuthoredRecord {
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
  readonly envelope: Envelope;
  readonly event: FtmEvent;
}

export interface Oddity {
  /** Takes the place of what the envelope says; the hash is made of it. */
  readonly envelope?: Partial<Envelope>;
  readonly value?: Buffer;
  /** Takes the place of headers after the hash was made. */
  readonly headers?: Record<string, string>;
  /** The chain goes on as if the record were not there. */
  readonly outside?: boolean;
}

/** Writes records as the log's writer would, and odd ones that it never would. One tenant's records must be sent in the order they were made. */
export function createLogAuthor(connection: KafkaConnection, registry: Registry, topic: string) {
  const heads = new Map<string, ChainHead>();
  const versions = new Map<string, number>();
  const producer = memberClient(connection).producer({ allowAutoTopicCreation: false });
  const connected = producer.connect();
  return {
    async write(
      tenant: TenantId,
      stream: StreamId,
      event: FtmEvent,
      oddity: Oddity = {},
    ): Promise<AuthoredRecord> {
      const head = heads.get(tenant) ?? EMPTY_CHAIN;
      const version = (versions.get(`${tenant} ${stream}`) ?? 0) + 1;
      const value = oddity.value ?? (await registry.encode(event));
      const unhashed = {
        tenantId: tenant,
        id: randomUUID(),
        type: fullName(event.type),
        source: EVENT_SOURCE,
        time: new Date(Date.UTC(2026, 0, 1) + head.seq * 1001).toISOString(),
        stream,
        version,
        seq: head.seq + 1,
        prev: head.hash,
        command: createHash('sha256').update(`${tenant} ${head.seq}`).digest('hex'),
        fingerprint: 'f'.repeat(64),
        actor: 'tester',
        correlation: randomUUID(),
        causation: null,
        traceparent: `00-${createHash('md5').update(`${tenant}${head.seq}`).digest('hex')}-00f067aa0ba902b7-01`,
        ...oddity.envelope,
      };
      const envelope: Envelope = { ...unhashed, hash: oddity.envelope?.hash ?? eventHash(unhashed, value) };
      if (oddity.outside !== true) {
        heads.set(tenant, { seq: envelope.seq, hash: envelope.hash });
        versions.set(`${tenant} ${stream}`, version);
      }
      return { key: tenant, headers: { ...toHeaders(envelope), ...oddity.headers }, value, envelope, event };
    },
    async send(records: readonly Pick<AuthoredRecord, 'key' | 'headers' | 'value'>[]): Promise<void> {
      await connected;
      await producer.send({
        topic,
        messages: records.map(({ key, headers, value }) => ({ key, headers, value })),
      });
    },
    close: () => producer.disconnect(),
  };
}

export type LogAuthor = ReturnType<typeof createLogAuthor>;

export const suiteCreated = (name: string): FtmEvent => ({
  type: 'EvalSuiteCreated',
  data: { projectId: 'project-1', name },
});

export const gateAnswered = (decisionId: string): FtmEvent => ({
  type: 'GateAnswered',
  data: {
    gate: 'eval.suite.create',
    decision: 'allow',
    decisionId,
    reasons: [{ code: 'WHY', message: `"quotes", \\u0000 in words, {braces}, ünïcödé, 😀` }],
    policyVersion: '1',
  },
});

export const pointerMoved = (modelVersionId: string): FtmEvent => ({
  type: 'PointerMoved',
  data: {
    projectId: 'project-1',
    target: { type: 'assistant', value: 'assistant-1' },
    modelVersionId,
    providerModelId: `ft:${modelVersionId}`,
    previousModelVersionId: null,
    promotionId: randomUUID(),
  },
});

export const reEvalScheduled = (suiteId: string): FtmEvent => ({
  type: 'ReEvalScheduled',
  data: {
    projectId: 'project-1',
    suiteId,
    target: { type: 'global', value: '*' },
    cron: '0 3 * * *',
    timeZone: 'Europe/Berlin',
    policy: { margin: 0.02, alpha: 0.05, autoRollback: true },
  },
});

export const regressionDetected = (difference: number): FtmEvent => ({
  type: 'RegressionDetected',
  data: {
    evalRunId: randomUUID(),
    baselineRunId: randomUUID(),
    difference,
    ciLow: difference - 1e-7,
    ciHigh: difference * 1e21,
    pValue: 0.1 + 0.2,
  },
});
