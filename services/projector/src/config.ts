import { COMMON, port } from '@ftm/runtime/config';
import { z } from 'zod';

export const Config = z.object({
  ...COMMON,
  FTM_HEALTH_PORT: port(28090),
  FTM_AUDIT_FORWARDER: z.enum(['on', 'off']).default('on'),
  /** Not ready beyond it: offsets of one partition that are not projected yet. */
  FTM_MAX_LAG: z.coerce.number().int().min(1).default(100_000),
  FTM_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1000).default(10_000),
});
