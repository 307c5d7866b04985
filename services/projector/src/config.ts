import {
  COMMON,
  KAFKA_SECURITY,
  consumerGroupSuffix,
  operatorToken,
  list,
  port,
  sessionTimeoutMs,
} from '@ftm/runtime/config';
import { z } from 'zod';

export const Config = z.object({
  ...COMMON,
  FTM_HEALTH_PORT: port(28090).describe('Where health, metrics and the operator’s routes are served.'),
  FTM_OPERATOR_TOKEN: operatorToken,
  FTM_AUDIT_FORWARDER: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether the log is copied to the Orchestrator.'),
  FTM_AUDIT_KEY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File of lines of `PRIVATE+KEY+…`, each of which signs every checkpoint; without it none is signed.',
    ),
  FTM_AUDIT_ORIGIN: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9./:_-]*$/)
    .default('ftm')
    .describe('What the log is called in its checkpoints, before the tenant.'),
  FTM_CHECKPOINT_EVENTS: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('A checkpoint is due after so many new events.'),
  FTM_CHECKPOINT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .default(10)
    .describe('A checkpoint is due so many seconds after a new event.'),
  FTM_MAX_LAG: z.coerce
    .number()
    .int()
    .min(1)
    .default(100_000)
    .describe('Not ready beyond it: offsets of one partition that are not projected yet.'),
  FTM_REBUILD_STEP_EVENTS: z.coerce
    .number()
    .int()
    .min(1)
    .default(20_000)
    .describe('Events of one step of a rebuild, which is a transaction.'),
  FTM_SESSION_TIMEOUT_MS: sessionTimeoutMs,
  FTM_CONSUMER_GROUP_SUFFIX: consumerGroupSuffix,
});

export const RestoreConfig = Config.pick({
  FTM_DATABASE_URL: true,
  FTM_KAFKA_BROKERS: true,
  FTM_EVENTS_TOPIC: true,
  FTM_REGISTRY_URL: true,
}).extend({
  ...KAFKA_SECURITY,
  FTM_AUDIT_TRUSTED_KEYS: list
    .optional()
    .describe('Public keys of checkpoints, commas between; without any, checkpoints are not looked at.'),
});
