import { randomUUID } from 'node:crypto';
import type { EndpointKey } from '@ftm/api/endpoints';
import type { Tag } from '@ftm/api/openapi/tags';
import { streamId, type TenantId } from '@ftm/contracts/ids';
import type { Command } from '@ftm/domain/command';
import type { GateAnswer } from '@ftm/domain/gate-answer';
import { traceparent } from '@ftm/runtime/telemetry';
import { callIds } from './call-ids.ts';
import type { Question } from '@ftm/orchestrator/ask-gate';
import { askGate, counted, recordAnswers } from '../gates.ts';
import type { QuotaKind } from '../quotas.ts';
import { scanLabels, scanTexts, type AskedLabels, type Scanned, type Texts } from '../scans.ts';
import type { Services } from '../services.ts';
import { answerOf, type Answering } from './outcome.ts';
import { Problem } from './problem.ts';
import {
  defineRoute,
  placeOf,
  type Answer,
  type BodyOfAnswer,
  type Call,
  type CallOf,
  type Role,
  type Route,
} from './route.ts';
import type { Subject } from './subject.ts';

/** What a command is made of: the validated request, who and what it is about, and the words in it as TRiSM left them. */
export interface Context<C extends Call, S, T extends Texts> {
  readonly call: C;
  readonly tenant: TenantId;
  /** Subject of the principal. */
  readonly actor: string;
  /** ISO 8601. */
  readonly now: string;
  /** Of the stream that the command is about. */
  readonly id: string;
  /** Null: of the tenant. */
  readonly projectId: string | null;
  /** What stood there, where the subject is one that must be there. */
  readonly state: S;
  readonly texts: Scanned<T>;
}

/** Endpoints that change something. */
type WriteKey = Exclude<EndpointKey, `GET ${string}`>;

/** Nobody is asked, and why. */
export interface NoGate {
  readonly none: string;
}

type Asks<C extends Call, S, T extends Texts, X> = (
  context: Context<C, S, T>,
  prepared: X,
) => Pick<Question, 'action' | 'context'>;

export interface CommandRouteOptions<K extends WriteKey, S, T extends Texts, X, C extends Call = CallOf<K>> {
  readonly endpoint: K;
  readonly summary: string;
  readonly tag: Tag;
  readonly roles: readonly Role[];
  readonly maxBodyBytes?: number;
  readonly needsIfMatch?: boolean;
  /** Of the answer to a command that was taken. */
  readonly status: number;
  readonly of: Subject<C, S>;
  /** What the request shows alone. @throws Problem */
  check?(body: C['body']): void;
  /** The words of a person in it. */
  texts?(body: C['body']): T;
  /** What TRiSM flags in them is a no, and not only taken out. */
  readonly flaggedIsNo?: boolean;
  /** What people call what is made, and note about it. */
  labels?(body: C['body']): AskedLabels;
  readonly quota?: QuotaKind;
  /** What must be looked up before the gate is asked. @throws Problem */
  prepare?(context: Context<C, S, T>): Promise<X>;
  readonly gate: Asks<C, S, T, X> | NoGate;
  command(context: Context<C, S, T>, gates: readonly GateAnswer[], prepared: X): Command | Promise<Command>;
}

/**
 * A write is declared, and what all writes have in common happens here, in this order: what the request shows alone, whose it is, whether it was taken before, the state and its
 * scope, words, quota, what is to be looked up, the gate, the command.
 *
 * A retry is looked up before anything that may have changed since is asked, so that the same key and body give the same answer; a command whose gate was
 * asked leaves its answer on the log also when it is refused, and its key is used up.
 */
export function commandRoute<K extends WriteKey, S = undefined, T extends Texts = Texts, X = undefined>(
  services: Services,
  options: CommandRouteOptions<K, S, T, X>,
): Route {
  const { of } = options;
  const place = placeOf(options.endpoint);
  return defineRoute<K>({
    endpoint: options.endpoint,
    summary: options.summary,
    tag: options.tag,
    roles: options.roles,
    ...(options.maxBodyBytes === undefined ? {} : { maxBodyBytes: options.maxBodyBytes }),
    ...(options.needsIfMatch === undefined ? {} : { needsIfMatch: options.needsIfMatch }),
    success: options.status,
    // What a command answers is the resource as `render` shows it, which is what the schemas say of it: every answer is checked against them in tests.
    handle: (call) => serve(call) as Promise<Answer<BodyOfAnswer<K>>>,
  });

  async function serve(call: CallOf<K>): Promise<Answer> {
    options.check?.(call.body);
    of.guard(call);
    const expectedVersion = versionOf(call.ifMatch);
    const ids = callIds(call, place);
    const id = of.id(call, ids);
    const primary = streamId(of.aggregate, id);
    const answering: Answering = {
      tenant: ids.tenant,
      primary,
      status: options.status,
      location: of.location,
    };

    const before = await services.commander.find({ ...ids.ofCommand, primary });
    if (before !== null) return answerOf(before, answering);

    const { projectId, state } = await of.admit(services, call, id);
    const asker = {
      tenant: ids.tenant,
      actor: call.principal.subject,
      fingerprint: ids.ofCommand.fingerprint,
      now: new Date().toISOString(),
    };
    const typed = options.texts?.(call.body) ?? ({} as unknown as T);
    const whose = { tenant: ids.tenant, projectId };
    const { texts, gates: scans } = await scanTexts(services.orchestrator, whose, typed);
    const named = await scanLabels(services.orchestrator, whose, options.labels?.(call.body));
    const context = { call, ...asker, id, projectId, state, texts };
    if (options.quota !== undefined) await services.quotas.requireRoom(call.principal, options.quota);
    const prepared = (await options.prepare?.(context)) as X;
    const gates = options.flaggedIsNo === true ? scans.map(counted) : [];
    if (!('none' in options.gate)) {
      const question = options.gate(context, prepared);
      const resource = {
        type: of.aggregate === 'fine-tune' ? 'ft_job' : of.aggregate.replaceAll('-', '_'),
        id,
      };
      gates.push(await askGate(services.orchestrator, asker, { ...question, projectId, resource }));
    }
    const command = { ...(await options.command(context, gates, prepared)), ...named };
    const outcome = await services.commander.execute({
      ...ids.ofCommand,
      actor: asker.actor,
      correlation: traceparent()?.split('-')[1] ?? randomUUID(),
      causation: null,
      now: asker.now,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      command,
    });
    // A command that was too late leaves nothing; what gates said of it stays all the same.
    if (outcome.kind === 'version_conflict') await recordAnswers(services.commander, asker, gates);
    return answerOf(outcome, answering);
  }
}

function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined)
    throw new Problem('INVALID_IF_MATCH', 'If-Match is the ETag of a version: a number in quotes');
  return Number(version);
}
