import { createCommander } from '@ftm/commands/commander';
import { createCommandClient, type CommandClient } from '@ftm/commands/steps';
import type { FineTuneRequested, FtmEvent } from '@ftm/contracts/generated/events';
import { commandId, derivedUuid, streamId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { datasetRequested, datasetSanitized, fineTuneRequested } from '@ftm/domain/testing/examples';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import type { StoredObject } from '@ftm/object-store/encrypted-store';
import { createMemoryEncryptedStore } from '@ftm/object-store/testing/memory-object-store';
import type { OrchestratorClient } from '@ftm/orchestrator/client';
import { Config } from '../../config.ts';
import type { Providers } from '../../provider/providers.ts';
import type { Clock, Job, Outcome, Tools } from '../../tasks.ts';
import { retryInMs } from '../../work/retry.ts';

/** Real time, and what was skipped of it: waiting costs nothing. */
export interface SkippingClock extends Clock {
  skip(ms: number): void;
}

export function createSkippingClock(random: () => number): SkippingClock {
  let skippedMs = 0;
  return {
    now: () => Date.now() + skippedMs,
    random,
    skip(ms) {
      skippedMs += ms;
    },
  };
}

/** The log in memory with the real rules, and everything else a runner needs but the provider. */
export interface Lab {
  readonly commands: CommandClient;
  /** Something that happened, without asking the rules. */
  append(tenant: TenantId, stream: StreamId, ...events: readonly FtmEvent[]): Promise<void>;
  history(tenant: TenantId, stream: StreamId): Promise<readonly FtmEvent[]>;
  putObject(tenant: TenantId, plain: Uint8Array): Promise<StoredObject>;
  tools(options: {
    readonly providerFor: Providers;
    readonly clock: Clock;
    readonly env?: Env;
    readonly orchestrator?: Partial<OrchestratorClient>;
  }): Tools;
}

type Env = Readonly<Record<string, string>>;

const CONFIG = {
  FTM_KAFKA_BROKERS: 'memory',
  FTM_REGISTRY_URL: 'http://memory.test',
  FTM_DATABASE_URL: 'postgres://memory.test/none',
  FTM_ORCHESTRATOR_URL: 'http://memory.test',
  FTM_ORCHESTRATOR_SERVICE_KEY: 'memory',
  FTM_S3_ENDPOINT: 'http://memory.test',
  FTM_S3_BUCKET: 'memory',
  FTM_S3_KEY_BUCKET: 'memory-keys',
  FTM_S3_ACCESS_KEY_ID: 'memory',
  FTM_S3_SECRET_ACCESS_KEY: 'memory',
  FTM_KEY_FILE: 'memory',
  FTM_INTERNAL_CREDENTIALS: 'runners:memory-memory-memory-memory-memory',
  FTM_OPERATOR_TOKEN: 'memory-memory-memory',
  FTM_API_INTERNAL_URLS: 'http://memory.test',
  FTM_OPENAI_BASE_URL: 'http://memory.test/v1',
  FTM_OPENAI_API_KEY: 'memory',
};

export function createLab(clock: Clock): Lab {
  const log = createMemoryEventLog();
  const objects = createMemoryEncryptedStore();
  let appended = 0;

  const commands = createCommandClient(createCommander(log, null), {
    caller: 'runners',
    now: () => clock.now(),
  });
  return {
    commands,
    async append(tenant, stream, ...events) {
      appended += 1;
      const id = `append:${appended}`;
      await log.submit({
        tenantId: tenant,
        commandId: commandId(tenant, id),
        fingerprint: id,
        actor: 'user:ada',
        correlation: 'lab',
        causation: null,
        traceparent: null,
        now: new Date(clock.now()).toISOString(),
        primary: stream,
        decide: async () => ({ kind: 'append', events: events.map((event) => ({ stream, event })) }),
      });
    },
    history: async (tenant, stream) => (await log.readStream(tenant, stream)).map(({ event }) => event),
    async putObject(tenant, plain) {
      const { dataKeyId: _, ...object } = await objects.put(tenant, 'lab', 'object', plain);
      return object;
    },
    tools: (options) => ({
      commands,
      orchestrator: { ...createYes(), ...options.orchestrator },
      objects,
      tenants: { openWork: async () => [], erase: async () => 0 },
      providerFor: options.providerFor,
      pgVector: () => null,
      slots: { take: async () => null, hold: async () => undefined, release: async () => undefined },
      clock: options.clock,
      config: Config.parse({ ...CONFIG, ...options.env }),
      logger: { error: ignore, warn: ignore, info: ignore, debug: ignore },
    }),
  };
}

const ignore = (): void => undefined;

/** An Orchestrator that agrees to everything that a fine-tune job asks. */
function createYes(): OrchestratorClient {
  const yes: Partial<OrchestratorClient> = {
    prismEstimate: async () => ({ estimateId: 'e', budgetRemainingUsdMicros: 1 }) as never,
    checkGovernance: async () =>
      ({ decision: 'allow', decisionId: 'd', reasons: [], policyVersion: '1' }) as never,
    scan: async (_of, text) => ({ text }) as never,
    recordUsage: async (_usage, key) => ({ usageId: key }),
  };
  return yes as OrchestratorClient;
}

/** A job on a sanitised dataset of these rows, as somebody asked for it. */
export async function requestJob(
  lab: Lab,
  tenant: TenantId,
  id: string,
  rows: string,
  asked: Partial<FineTuneRequested> = {},
): Promise<void> {
  const datasetId = derivedUuid('lab-dataset', id);
  const trainObject = await lab.putObject(tenant, Buffer.from(rows));
  await lab.append(
    tenant,
    streamId('dataset', datasetId),
    { type: 'DatasetRequested', data: datasetRequested },
    { type: 'DatasetSanitized', data: { ...datasetSanitized, trainObject } },
  );
  await lab.append(tenant, streamId('fine-tune', id), {
    type: 'FineTuneRequested',
    data: {
      ...fineTuneRequested,
      datasetId,
      trainObject,
      baseModel: 'gpt-4.1-nano-2025-04-14',
      // At the price of the day.
      estimate: { ...fineTuneRequested.estimate, priceUsdMicrosPerMillion: 1_500_000 },
      hyperparameters: { ...fineTuneRequested.hyperparameters, nEpochs: 1 },
      ...asked,
    },
  });
}

/** Rows that a job can be trained on. */
export const chatRows = (count: number): string =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({
      messages: [
        { role: 'user', content: `question ${at}` },
        { role: 'assistant', content: `answer ${at}` },
      ],
    }),
  ).join('\n');

/** What the job queue does with a run, on the lab's clock. @returns how long it waits, null when the work has ended */
export function waitAfter(outcome: Outcome | Error, failures: number, clock: Clock): number | null {
  if (outcome instanceof Error) return retryInMs(failures, () => clock.random());
  return outcome === 'done' ? null : outcome.againInMs;
}

export const jobOf = (tenantId: TenantId, id: string): Job => ({
  tenantId,
  id,
  correlation: 'lab',
  causation: 'lab',
});
