import { commandId } from '@ftm/contracts/ids';
import type { Command } from '@ftm/domain/command';
import { primaryStream } from '@ftm/domain/handle';
import type { Order } from './order.ts';

/** The processes that call an instance of command-api on its internal port. Each has a credential of its own. */
export const CALLERS = ['command-api', 'runners'] as const;
export type Caller = (typeof CALLERS)[number];

/** Who a command comes from: a person, whom only command-api knows, or a service that does the work. */
type Sender = 'person' | Exclude<Caller, 'command-api'>;

/** Who may send what. A new command does not compile until it is here. */
const SENDERS: Readonly<Record<Command['type'], readonly Sender[]>> = {
  RequestDataset: ['person'],
  StartDatasetSanitization: ['runners'],
  RecordDatasetProgress: ['runners'],
  RecordDatasetSanitized: ['runners'],
  // The work of a tenant that is erased is canceled by who erases it.
  CancelDataset: ['person', 'runners'],
  RequestContaminationOverride: ['person'],
  ApproveContaminationOverride: ['person'],
  BlockDataset: ['runners'],
  FailDataset: ['runners'],
  RequestDatasetErasure: ['person'],
  RecordDatasetErased: ['runners'],
  CreateEvalSuite: ['person'],
  PublishEvalSuiteVersion: ['person'],
  RequestEvalRun: ['person'],
  StartEvalRun: ['runners'],
  RecordEvalRunCompleted: ['runners'],
  FailEvalRun: ['runners'],
  CancelEvalRun: ['person', 'runners'],
  RequestFineTune: ['person'],
  RecordCostApprovalRequested: ['runners'],
  ApproveFineTuneCost: ['runners'],
  RecordCostApprovalExpired: ['runners'],
  RecordReestimated: ['runners'],
  BlockFineTune: ['runners'],
  DeferSubmit: ['runners'],
  IntendSubmit: ['runners'],
  RecordSubmitted: ['runners'],
  RecordSubmitRefused: ['runners'],
  ResolveSubmit: ['person'],
  RecordDuplicateCanceled: ['runners'],
  RecordProgress: ['runners'],
  RecordPaused: ['runners'],
  RecordResumed: ['runners'],
  RequestPause: ['person'],
  RequestResume: ['person'],
  RequestCancel: ['person', 'runners'],
  RecordSucceeded: ['runners'],
  RecordFailed: ['runners'],
  RecordCanceled: ['runners'],
  RecordCost: ['runners'],
  RecordProviderFilesDeleted: ['runners'],
  RegisterModelVersion: ['person', 'runners'],
  RetireModelVersion: ['person'],
  AnnounceEndOfLife: ['runners'],
  WarnOfEndOfLife: ['runners'],
  RequestPromotion: ['person'],
  ApprovePromotion: ['person'],
  RejectPromotion: ['person'],
  RollBackPromotion: ['person'],
  OverridePointer: ['person'],
  ScheduleReEval: ['person'],
  TriggerReEval: ['runners'],
  UnscheduleReEval: ['person'],
  RecordRegression: ['runners'],
  RequestTenantErasure: ['person'],
  ConfirmTenantErasure: ['person'],
  RecordTenantErased: ['runners'],
  RecordGateAnswers: ['person'],
  RevisePriceBook: ['person'],
  SetBudget: ['person'],
};

export type Call = 'execute' | 'find' | 'readStream' | 'newestWrite' | 'identity';

/** What is asked on behalf of a person, only command-api may ask. */
const CALLS: Readonly<Record<Call, readonly Caller[]>> = {
  execute: ['command-api', 'runners'],
  find: ['command-api'],
  readStream: ['command-api', 'runners'],
  newestWrite: ['command-api'],
  identity: ['command-api', 'runners'],
};

export const mayCall = (caller: Caller, call: Call): boolean => CALLS[call].includes(caller);

type Service = Exclude<Caller, 'command-api'>;

/** Who the events of a service's own commands name. */
export const serviceActor = (caller: Service): string => `service:${caller}`;

/** Is this the name of one of FTM's own processes? No person may have it, whatever the Orchestrator calls them. */
export const isServiceActor = (actor: string): boolean =>
  CALLERS.some((caller) => actor === `service:${caller}`);

const SERVICES = CALLERS.filter((each): each is Service => each !== 'command-api');

/** The key of a step: what the id of its command is derived from. */
export const stepKey = (command: Command, step: string): string => `${primaryStream(command)}:${step}`;

/**
 * Why a caller may not send an order, null when it may. What a service sends is its own; what command-api forwards is whoever's it vouches
 * for. The command of a service has the id that its step gives it, so that it can take nobody else's.
 * @param claimed the order carries claims that command-api has signed
 */
export function whyNot(caller: Caller, order: Order, claimed: boolean): string | null {
  const { command, actor, fingerprint } = order;
  const sender: Sender = SERVICES.find((each) => actor === serviceActor(each)) ?? 'person';
  if (caller === 'command-api' && !claimed) return 'nobody vouches for who asks';
  if (caller !== 'command-api' && sender !== caller) return `${caller} sends in its own name only`;
  if (!SENDERS[command.type].includes(sender)) return `${command.type} does not come from ${sender}`;
  const isStep =
    fingerprint.startsWith(stepKey(command, '')) &&
    order.commandId === commandId(order.tenantId, fingerprint);
  return sender === 'person' || isStep ? null : 'the id of the command is not that of a step of its stream';
}
