import { streamId, tenantStreamId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { foldEvents, type CommandRules, type Fold, type Load } from './aggregate.ts';
import { REGISTRY } from './aggregates.ts';
import type { Command } from './command.ts';
import type { CommandMeta } from './command-meta.ts';
import { rejected, type Decision } from './decision.ts';
import type { PastEvent } from './event-meta.ts';
import { tenantErased } from './tenant/decide.ts';
import { isErased } from './tenant/state.ts';

export interface StreamReader {
  load(stream: StreamId): Promise<readonly PastEvent[]>;
}

/** An aggregate that is only known at run time: whoever has a command of it found it by that. */
interface AnyAggregate extends Fold<unknown> {
  readonly commands: Readonly<Record<string, CommandRules<Command>>>;
  handle(command: Command, state: unknown, meta: CommandMeta, load: Load): Decision | Promise<Decision>;
}

interface Rules extends CommandRules<Command> {
  readonly aggregate: AnyAggregate;
}

const aggregates: readonly AnyAggregate[] = Object.values(REGISTRY);

/** What is known of each command, by its type. */
const COMMANDS: ReadonlyMap<string, Rules> = new Map(
  aggregates.flatMap((aggregate) =>
    Object.entries(aggregate.commands).map(([type, rules]) => [type, { ...rules, aggregate }] as const),
  ),
);

function rulesOf(command: Command): Rules {
  const rules = COMMANDS.get(command.type);
  if (rules === undefined) throw new RangeError(`no aggregate knows the command ${command.type}`);
  return rules;
}

/** Is this the name of a command? */
export function isCommandType(text: string): text is Command['type'] {
  return COMMANDS.has(text);
}

/** The stream that a command is about. */
export function primaryStream(command: Command): StreamId {
  return streamId(rulesOf(command).aggregate.name, command.id);
}

/** The streams that a decision will surely read, as far as the command alone tells. */
export function streamsToPrefetch(command: Command, tenant: TenantId): readonly StreamId[] {
  const { begins, reads } = rulesOf(command);
  return [primaryStream(command), ...(begins ? [tenantStreamId(tenant)] : []), ...(reads?.(command) ?? [])];
}

/**
 * Loads what the rules need and applies them. The same command on the same streams gives the same decision: nothing here looks at a clock
 * or draws a number.
 */
export async function handle(command: Command, meta: CommandMeta, read: StreamReader): Promise<Decision> {
  const { aggregate, begins } = rulesOf(command);
  const load: Load = async (of, id) =>
    foldEvents(of, id === null ? [] : await read.load(streamId(of.name, id)));
  if (begins && isErased(foldEvents(REGISTRY.tenant, await read.load(tenantStreamId(meta.tenantId)))))
    return rejected(tenantErased);
  return aggregate.handle(command, await load(aggregate, command.id), meta, load);
}
