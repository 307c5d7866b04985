import { COMMON, consumerGroupSuffix, port } from '@ftm/runtime/config';
import { z } from 'zod';

export const Config = z.object({
  ...COMMON,
  FTM_HEALTH_PORT: port(28090),
  /** What an operator shows to replay dead letters and to rebuild. */
  FTM_INTERNAL_TOKEN: z.string().min(16, 'at least 16 characters'),
  FTM_AUDIT_FORWARDER: z.enum(['on', 'off']).default('on'),
  /** Lines of `PRIVATE+KEY+…`, each of which signs every checkpoint; without it none is signed. */
  FTM_AUDIT_KEY_FILE: z.string().min(1).optional(),
  /** What the log is called in its checkpoints, before the tenant. */
  FTM_AUDIT_ORIGIN: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9./:_-]*$/)
    .default('ftm'),
  /** A checkpoint is due after so many new events, or so many seconds after a new one. */
  FTM_CHECKPOINT_EVENTS: z.coerce.number().int().min(1).default(1000),
  FTM_CHECKPOINT_SECONDS: z.coerce.number().min(0.1).default(10),
  /** Not ready beyond it: offsets of one partition that are not projected yet. */
  FTM_MAX_LAG: z.coerce.number().int().min(1).default(100_000),
  /** Events of one step of a rebuild, which is a transaction. */
  FTM_REBUILD_STEP_EVENTS: z.coerce.number().int().min(1).default(20_000),
  FTM_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1000).default(10_000),
  FTM_CONSUMER_GROUP_SUFFIX: consumerGroupSuffix,
});

export const RestoreConfig = Config.pick({
  FTM_DATABASE_URL: true,
  FTM_KAFKA_BROKERS: true,
  FTM_EVENTS_TOPIC: true,
  FTM_REGISTRY_URL: true,
}).extend({
  /** Public keys of checkpoints, comma between. */
  FTM_AUDIT_TRUSTED_KEYS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((key) => key.trim())
        .filter((key) => key !== ''),
    ),
});
