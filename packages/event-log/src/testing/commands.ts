import { commandId, streamId, tenantId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { AppendDecision, AppendRequest, DecisionReader, NewEvent } from '../event-log.ts';

/** A tenant that no other test uses. */
export function freshTenant(): TenantId {
  return tenantId(`t-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`);
}

export function stream(name: string): StreamId {
  return streamId('dataset', name);
}

/** An event with a number in it, to recognise it by. */
export function erased(reason: string): FtmEvent {
  return { type: 'DatasetErased', data: { reason, dataKeyId: 'key-1', uploadDataKeyId: null } };
}

export interface CommandSketch {
  readonly tenant: TenantId;
  readonly key: string;
  readonly primary: StreamId;
  readonly fingerprint?: string;
  readonly now?: string;
  readonly expectedVersion?: number;
  readonly prefetch?: readonly StreamId[];
  /** Default: one `erased(key)` on the primary. */
  readonly events?: readonly NewEvent[];
  readonly decide?: (read: DecisionReader) => Promise<AppendDecision>;
}

/** A request with everything that a sketch leaves out. */
export function command(sketch: CommandSketch): AppendRequest {
  return {
    tenantId: sketch.tenant,
    commandId: commandId(sketch.tenant, sketch.key),
    fingerprint: sketch.fingerprint ?? `fingerprint of ${sketch.key}`,
    actor: 'tester',
    correlation: 'correlation-1',
    causation: null,
    traceparent: null,
    now: sketch.now ?? new Date().toISOString(),
    primary: sketch.primary,
    ...(sketch.prefetch === undefined ? {} : { prefetch: sketch.prefetch }),
    ...(sketch.expectedVersion === undefined ? {} : { expectedVersion: sketch.expectedVersion }),
    decide:
      sketch.decide ??
      (async () => ({
        kind: 'append',
        events: sketch.events ?? [{ stream: sketch.primary, event: erased(sketch.key) }],
      })),
  };
}
