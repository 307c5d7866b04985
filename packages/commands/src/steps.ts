import { commandId, streamId, type Aggregate, type TenantId } from '@ftm/contracts/ids';
import { fold, type StateOf } from '@ftm/domain/aggregates';
import type { Command } from '@ftm/domain/command';
import { toPast } from '@ftm/domain/event-meta';
import { withSpan } from '@ftm/runtime/telemetry';
import { serviceActor, stepKey, type Caller } from './callers.ts';
import type { Commander } from './commander.ts';

/** What a step follows from. */
export interface Cause {
  readonly tenantId: TenantId;
  readonly correlation: string;
  readonly causation: string;
}

/** The rules, as work that is done in steps sees them: results go in as commands, states come out. */
export interface CommandClient {
  /**
   * Sends a command whose id comes from its stream and `step`: sent again, it changes nothing.
   * @throws CommandRejected; anything else when no instance takes it (try the job again)
   */
  send(cause: Cause, step: string, command: Command): Promise<void>;
  /** A stream's state as its writer knows it. */
  load<A extends Aggregate>(tenant: TenantId, aggregate: A, id: string): Promise<StateOf<A>>;
}

/** The rules refused a result: the log has moved on meanwhile. */
export class CommandRejected extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'CommandRejected';
    this.code = code;
  }
}

export function createCommandClient(
  commander: Pick<Commander, 'execute' | 'readStream'>,
  options: {
    readonly caller: Exclude<Caller, 'command-api'>;
    /** Epoch ms. */
    readonly now: () => number;
  },
): CommandClient {
  return {
    async send(cause, step, command) {
      const key = stepKey(command, step);
      const outcome = await withSpan(`command ${command.type}`, { kind: 'client' }, () =>
        commander.execute({
          tenantId: cause.tenantId,
          commandId: commandId(cause.tenantId, key),
          fingerprint: key,
          actor: serviceActor(options.caller),
          correlation: cause.correlation,
          causation: cause.causation,
          now: new Date(options.now()).toISOString(),
          command,
        }),
      );
      if (outcome.kind === 'rejected')
        throw new CommandRejected(outcome.rejection.code, outcome.rejection.message);
      if (outcome.kind !== 'appended') throw new Error(`the log answered ${outcome.kind} to ${key}`);
    },
    async load(tenant, aggregate, id) {
      return fold(aggregate, (await commander.readStream(tenant, streamId(aggregate, id))).map(toPast));
    },
  };
}
