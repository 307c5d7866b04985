import { z } from 'zod';
import {
  AGGREGATES,
  parseStreamId,
  streamId,
  tenantId,
  type StreamId,
  type TenantId,
} from '@ftm/contracts/ids';
import type { Command } from '@ftm/domain/command';
import { isCommandType } from '@ftm/domain/handle';
import type { CommandQuery } from '@ftm/event-log/event-log';

const Tenant = z.string().transform((text, context): TenantId => parsed(context, () => tenantId(text)));
const Stream = z
  .string()
  .transform((text, context): StreamId => parsed(context, () => parseStreamId(text).stream));
const CommandId = z.string().regex(/^[0-9a-f]{64}$/);
const Fingerprint = z.string().min(1).max(128);

/** A command with everything that the log wants to know of it. What a command has besides its id is checked by the rules and its schema. */
export interface Order {
  readonly tenantId: TenantId;
  readonly commandId: string;
  readonly fingerprint: string;
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string | null;
  /** ISO 8601. */
  readonly now: string;
  readonly expectedVersion?: number | undefined;
  readonly command: Command;
}
export const Order: z.ZodType<Order> = z.object({
  tenantId: Tenant,
  commandId: CommandId,
  fingerprint: Fingerprint,
  actor: z.string().min(1).max(200),
  correlation: z.string().min(1).max(200),
  causation: z.string().max(200).nullable(),
  now: z.iso.datetime(),
  expectedVersion: z.number().int().min(0).optional(),
  command: z
    .looseObject({ type: z.string().refine(isCommandType, 'an unknown command'), id: z.uuid() })
    .transform((command) => command as unknown as Command),
});

/** Whether a command is in the log, and with what outcome. */
export const Query = z.object({
  tenantId: Tenant,
  commandId: CommandId,
  fingerprint: Fingerprint,
  primary: Stream,
}) satisfies z.ZodType<CommandQuery>;

/** A stream, and an actor of a tenant, as they stand in paths. */
export const StreamPath = z
  .object({ tenant: Tenant, aggregate: z.enum(AGGREGATES), id: z.string().min(1).max(200) })
  .transform(({ tenant, aggregate, id }) => ({ tenant, stream: streamId(aggregate, id) }));
export const ActorPath = z.object({ tenant: Tenant, actor: z.string().min(1).max(200) });

/** What a constructor of the contracts refuses is an issue of the schema. */
function parsed<T>(context: z.RefinementCtx, make: () => T): T {
  try {
    return make();
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'not allowed' });
    return z.NEVER;
  }
}
