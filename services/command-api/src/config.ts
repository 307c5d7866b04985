import { COMMON, port, STORAGE } from '@ftm/runtime/config';
import { z } from 'zod';

export const Config = z.object({
  ...COMMON,
  ...STORAGE,
  FTM_PORT: port(28080),
  FTM_INTERNAL_PORT: port(28079),
  /** How other instances reach this one; default: host and internal port. */
  FTM_INTERNAL_ADDRESS: z.url().optional(),
  FTM_INTERNAL_TOKEN: z.string().min(16, 'at least 16 characters'),
  FTM_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1000).default(10_000),
});
