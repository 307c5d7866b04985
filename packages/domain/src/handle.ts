import type { GateAnswered } from '@ftm/contracts/generated/events';
import { streamId, tenantStreamId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { foldEvents, type CommandRules, type Fold, type Load } from './aggregate.ts';
import { REGISTRY } from './aggregates.ts';
import type { Command } from './command.ts';
import type { CommandMeta } from './command-meta.ts';
import { answered, rejected, type Decision, type Rejection, type StreamEvent } from './decision.ts';
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

type Accepted = Extract<Decision, { readonly kind: 'accepted' }>;

/** The streams that a decision will surely read, as far as the command alone tells. */
export function streamsToPrefetch(command: Command, tenant: TenantId): readonly StreamId[] {
  const { begins, reads } = rulesOf(command);
  return [
    primaryStream(command),
    ...(begins ? [tenantStreamId(tenant)] : []),
    ...(reads?.(command, tenant) ?? []),
  ];
}

/**
 * Loads what the rules need and applies them. The same command on the same streams gives the same decision: nothing here looks at a clock
 * or draws a number.
 */
export async function handle(command: Command, meta: CommandMeta, read: StreamReader): Promise<Decision> {
  const { aggregate, begins } = rulesOf(command);
  const load: Load = async (of, id) =>
    foldEvents(of, id === null ? [] : await read.load(streamId(of.name, id)));
  const stream = streamId(aggregate.name, command.id);
  const before = await read.load(stream);
  const ofTenant = tenantStreamId(meta.tenantId);
  const refused = async (rejection: Rejection): Promise<Decision> => {
    const on = before.length > 0 ? stream : ofTenant;
    const trace = traceOf(command, rejection, on);
    // What is written to has been read.
    if (trace.length > 0) await read.load(on);
    return rejected(rejection, trace);
  };
  if (begins && isErased(foldEvents(REGISTRY.tenant, await read.load(ofTenant))))
    return refused(tenantErased);
  const decision = await aggregate.handle(command, foldEvents(aggregate, before), meta, load);
  if (decision.kind === 'rejected') return refused(decision.rejection);
  if (before.length === 0) return named(command, stream, decision);
  if (decision.events.length > 0) return decision;
  // There was nothing to do any more, but a gate was asked all the same.
  return { kind: 'accepted', events: answered(gatesOf(command)).map((event) => ({ stream, event })) };
}

/** What began may have been given a name, which is the last that is said of it. */
function named(command: Command, stream: StreamId, decision: Accepted): Accepted {
  if (!('labels' in command) || !decision.events.some((each) => each.stream === stream)) return decision;
  const event = { type: 'LabelsSet' as const, data: command.labels };
  return { ...decision, events: [...decision.events, { stream, event }] };
}

const gatesOf = (command: Command): readonly GateAnswered[] => ('gates' in command ? command.gates : []);

/**
 * What stays of a refusal: what gates answered, and what came of it; also that somebody tried alone what takes two. A refusal that no gate was asked for
 * leaves nothing: it is the same whenever it is asked.
 */
function traceOf(command: Command, rejection: Rejection, on: StreamId): readonly StreamEvent[] {
  const gates = gatesOf(command);
  if (gates.length === 0 && rejection.code !== 'FOUR_EYES') return [];
  const { code, message, reasons } = rejection;
  const data = {
    commandType: command.type,
    stream: primaryStream(command),
    code,
    message,
    reasons: reasons ?? null,
  };
  return [...answered(gates), { type: 'CommandRefused' as const, data }].map((event) => ({
    stream: on,
    event,
  }));
}
