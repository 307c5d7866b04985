import type { FtmEvent } from '@ftm/contracts/generated/events';
import { streamId, tenantStreamId, type Aggregate, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { fold, type StateOf } from './aggregates.ts';
import type { Command, CommandMeta } from './command.ts';
import { decideBudget } from './budget/decide.ts';
import { budgetId } from './budget/state.ts';
import { placeHold, settleHold } from './budget-month/decide.ts';
import { budgetMonthId, monthOf, type BudgetMonthState } from './budget-month/state.ts';
import { decideDataset } from './dataset/decide.ts';
import { on, rejected, type Decision, type StreamEvent, type Verdict } from './decision.ts';
import { decideEvalRun } from './eval-run/decide.ts';
import { decideEvalSuite } from './eval-suite/decide.ts';
import type { PastEvent } from './event-meta.ts';
import { costOfEnded } from './fine-tune/cost.ts';
import { decideFineTune } from './fine-tune/decide.ts';
import type { FineTuneState } from './fine-tune/state.ts';
import { decideModelVersion } from './model-version/decide.ts';
import { decidePricing } from './pricing/decide.ts';
import { decideProductionPointer } from './production-pointer/decide.ts';
import { decidePromotion } from './promotion/decide.ts';
import { decideReEval } from './re-eval/decide.ts';
import { decideTenant, tenantErased } from './tenant/decide.ts';
import { isErased } from './tenant/state.ts';

export interface StreamReader {
  load(stream: StreamId): Promise<readonly PastEvent[]>;
}

const AGGREGATE_OF = {
  RequestDataset: 'dataset',
  StartDatasetSanitization: 'dataset',
  RecordDatasetProgress: 'dataset',
  RecordDatasetSanitized: 'dataset',
  CancelDataset: 'dataset',
  RequestContaminationOverride: 'dataset',
  ApproveContaminationOverride: 'dataset',
  BlockDataset: 'dataset',
  FailDataset: 'dataset',
  RequestDatasetErasure: 'dataset',
  RecordDatasetErased: 'dataset',
  CreateEvalSuite: 'eval-suite',
  PublishEvalSuiteVersion: 'eval-suite',
  RequestEvalRun: 'eval-run',
  StartEvalRun: 'eval-run',
  RecordEvalRunCompleted: 'eval-run',
  FailEvalRun: 'eval-run',
  CancelEvalRun: 'eval-run',
  RequestFineTune: 'fine-tune',
  RecordCostApprovalRequested: 'fine-tune',
  ApproveFineTuneCost: 'fine-tune',
  RecordCostApprovalExpired: 'fine-tune',
  RecordReestimated: 'fine-tune',
  BlockFineTune: 'fine-tune',
  DeferSubmit: 'fine-tune',
  IntendSubmit: 'fine-tune',
  RecordSubmitted: 'fine-tune',
  RecordSubmitRefused: 'fine-tune',
  ResolveSubmit: 'fine-tune',
  RecordDuplicateCanceled: 'fine-tune',
  RecordProgress: 'fine-tune',
  RecordPaused: 'fine-tune',
  RecordResumed: 'fine-tune',
  RequestPause: 'fine-tune',
  RequestResume: 'fine-tune',
  RequestCancel: 'fine-tune',
  RecordSucceeded: 'fine-tune',
  RecordFailed: 'fine-tune',
  RecordCanceled: 'fine-tune',
  RecordCost: 'fine-tune',
  RecordProviderFilesDeleted: 'fine-tune',
  RegisterModelVersion: 'model-version',
  RetireModelVersion: 'model-version',
  AnnounceEndOfLife: 'model-version',
  WarnOfEndOfLife: 'model-version',
  RequestPromotion: 'promotion',
  ApprovePromotion: 'promotion',
  RejectPromotion: 'promotion',
  RollBackPromotion: 'promotion',
  OverridePointer: 'production-pointer',
  ScheduleReEval: 're-eval',
  TriggerReEval: 're-eval',
  UnscheduleReEval: 're-eval',
  RecordRegression: 're-eval',
  RequestTenantErasure: 'tenant',
  ConfirmTenantErasure: 'tenant',
  RecordTenantErased: 'tenant',
  RevisePriceBook: 'pricing',
  SetBudget: 'budget',
} as const satisfies Record<Command['type'], Aggregate>;

/** What begins work or stores something: an erased tenant may not. */
const BEGINS: ReadonlySet<Command['type']> = new Set([
  'RequestDataset',
  'ApproveContaminationOverride',
  'CreateEvalSuite',
  'PublishEvalSuiteVersion',
  'RequestEvalRun',
  'RequestFineTune',
  'RequestPromotion',
  'ScheduleReEval',
  'TriggerReEval',
  'RevisePriceBook',
  'SetBudget',
]);

/** Is this the name of a command? */
export function isCommandType(text: string): text is Command['type'] {
  return Object.hasOwn(AGGREGATE_OF, text);
}

/** The stream that a command is about. */
export function primaryStream(command: Command): StreamId {
  return streamId(AGGREGATE_OF[command.type], command.id);
}

/** The streams that a decision will surely read, as far as the command alone tells. */
export function streamsToPrefetch(command: Command, tenant: TenantId): readonly StreamId[] {
  const streams: StreamId[] = [primaryStream(command)];
  if (BEGINS.has(command.type)) streams.push(tenantStreamId(tenant));
  switch (command.type) {
    case 'RequestFineTune':
      streams.push(
        streamId('dataset', command.request.datasetId),
        streamId('budget', budgetId(command.request.projectId)),
      );
      break;
    case 'RequestEvalRun':
      streams.push(streamId('eval-suite', command.request.suiteId));
      break;
    case 'RequestPromotion':
      streams.push(streamId('model-version', command.modelVersionId));
      break;
    case 'ApprovePromotion':
    case 'RollBackPromotion':
      streams.push(streamId('production-pointer', command.pointerId));
      break;
    default:
  }
  return streams;
}

/**
 * Loads what the rules need and applies them. The same command on the same streams gives the same decision: nothing here looks at a clock
 * or draws a number.
 */
export async function handle(command: Command, meta: CommandMeta, read: StreamReader): Promise<Decision> {
  const aggregate = AGGREGATE_OF[command.type];
  const stream = primaryStream(command);
  const load = async <A extends Aggregate>(of: A, id: string | null): Promise<StateOf<A>> =>
    fold(of, id === null ? [] : await read.load(streamId(of, id)));
  if (BEGINS.has(command.type) && isErased(fold('tenant', await read.load(tenantStreamId(meta.tenantId)))))
    return rejected(tenantErased);
  switch (aggregate) {
    case 'dataset':
      return on(stream, decideDataset(command as Of<'dataset'>, await load('dataset', command.id), meta));
    case 'eval-suite':
      return on(stream, decideEvalSuite(command as Of<'eval-suite'>, await load('eval-suite', command.id)));
    case 'eval-run':
      return handleEvalRun(command as Of<'eval-run'>, stream, load);
    case 'fine-tune':
      return handleFineTune(command as Of<'fine-tune'>, stream, meta, load);
    case 'model-version':
      return on(
        stream,
        decideModelVersion(command as Of<'model-version'>, await load('model-version', command.id)),
      );
    case 'promotion':
      return handlePromotion(command as Of<'promotion'>, meta, load);
    case 'production-pointer': {
      const about = command as Of<'production-pointer'>;
      return decideProductionPointer(
        about,
        await load('production-pointer', about.id),
        await load('model-version', about.modelVersionId),
      );
    }
    case 're-eval':
      return on(stream, decideReEval(command as Of<'re-eval'>, await load('re-eval', command.id)));
    case 'tenant':
      return on(stream, decideTenant(command as Of<'tenant'>, await load('tenant', command.id), meta));
    case 'pricing':
      return on(stream, decidePricing(command as Of<'pricing'>, await load('pricing', command.id)));
    case 'budget':
      return on(stream, decideBudget(command as Of<'budget'>, await load('budget', command.id)));
  }
}

type Of<A extends Aggregate> = Extract<
  Command,
  { type: { [T in Command['type']]: (typeof AGGREGATE_OF)[T] extends A ? T : never }[Command['type']] }
>;
type Load = <A extends Aggregate>(of: A, id: string | null) => Promise<StateOf<A>>;

/** Money is held and given back in the append of what it is for: no job without its hold, and no hold without its job. */
async function handleFineTune(
  command: Of<'fine-tune'>,
  stream: StreamId,
  meta: CommandMeta,
  load: Load,
): Promise<Decision> {
  const asked = command.type === 'RequestFineTune' ? command.request : undefined;
  const before = await load('fine-tune', command.id);
  const context = {
    dataset: await load('dataset', asked?.datasetId ?? null),
    validationDataset: await load('dataset', asked?.validationDatasetId ?? null),
  };
  const decision = on(stream, decideFineTune(command, before, context, meta));
  if (decision.kind === 'rejected') return decision;
  const told = decision.events.map(({ event }) => event);
  const moved = moneyMoved(told, before);
  const request = before.status === 'absent' ? asked : before.request;
  if (moved === null || request === undefined) return decision;
  const { projectId } = request;
  const month = monthOfJob(before) ?? monthOf(meta.now);
  const id = budgetMonthId(projectId, month);
  const state: BudgetMonthState = await load('budget-month', id);
  const money: Verdict =
    moved.kind === 'hold'
      ? placeHold(await load('budget', budgetId(projectId)), state, {
          projectId,
          month,
          ftJobId: command.id,
          amountUsdMicros: moved.amountUsdMicros,
        })
      : settleHold(state, command.id, moved.actualUsdMicros);
  const budgeted = on(streamId('budget-month', id), money);
  return budgeted.kind === 'rejected'
    ? budgeted
    : { kind: 'accepted', events: [...decision.events, ...budgeted.events] };
}

type MoneyMoved =
  | { readonly kind: 'hold'; readonly amountUsdMicros: number }
  /** Null: nobody knows. */
  | { readonly kind: 'settle'; readonly actualUsdMicros: number | null };

/** What the events of one decision on a job mean for the budget; the last one that means anything counts. */
function moneyMoved(events: readonly FtmEvent[], before: FineTuneState): MoneyMoved | null {
  const settle = (actualUsdMicros: number | null): MoneyMoved => ({ kind: 'settle', actualUsdMicros });
  return events.reduce<MoneyMoved | null>((moved, event) => {
    switch (event.type) {
      case 'FineTuneRequested':
      case 'FineTuneReestimated':
        return { kind: 'hold', amountUsdMicros: event.data.estimate.highUsdMicros };
      case 'FineTuneBlocked':
        // One that is refused when it is asked for never held anything.
        return before.status === 'absent' ? null : settle(0);
      case 'FineTuneFailed':
      case 'FineTuneCanceled':
        return before.status === 'absent' ? moved : settle(costOfEnded(before, event.data.trainedTokens));
      case 'FineTuneCostRecorded':
        return settle(event.data.actualUsdMicros);
      default:
        return moved;
    }
  }, null);
}

/** Jobs from before there were budgets do not say it; null for one that is not there yet. */
function monthOfJob(state: FineTuneState): string | null {
  return state.status === 'absent' ? null : (state.request.budgetMonth ?? monthOf(state.createdAt));
}

async function handleEvalRun(command: Of<'eval-run'>, stream: StreamId, load: Load): Promise<Decision> {
  const asked = command.type === 'RequestEvalRun' ? command.request : undefined;
  const state = await load('eval-run', command.id);
  const decision = on(
    stream,
    decideEvalRun(command, state, {
      suite: await load('eval-suite', asked?.suiteId ?? null),
      model: await load(
        'model-version',
        asked?.modelRef.type === 'ft_model_version' ? asked.modelRef.value : null,
      ),
      baseline: await load('eval-run', asked?.baselineRunId ?? null),
    }),
  );
  if (
    decision.kind === 'rejected' ||
    decision.events.length === 0 ||
    command.type !== 'RecordEvalRunCompleted' ||
    state.status === 'absent'
  )
    return decision;
  // The model version hears of its eval in the same append: no moment in which one is known and the other is not.
  const { request } = state;
  if (request.modelRef.type !== 'ft_model_version') return decision;
  const { result } = command;
  const evaluated: StreamEvent = {
    stream: streamId('model-version', request.modelRef.value),
    event: {
      type: 'ModelVersionEvaluated',
      data: {
        evalRunId: command.id,
        suiteId: request.suiteId,
        suiteVersion: request.suiteVersion,
        score: result.score,
        ciLow: result.ciLow,
        ciHigh: result.ciHigh,
        baselineRunId: result.comparison?.baselineRunId ?? null,
        verdict: result.comparison?.verdict ?? null,
        resultsSha256: result.resultsObject.sha256,
      },
    },
  };
  return { kind: 'accepted', events: [...decision.events, evaluated] };
}

async function handlePromotion(command: Of<'promotion'>, meta: CommandMeta, load: Load): Promise<Decision> {
  const state = await load('promotion', command.id);
  const modelId =
    command.type === 'RequestPromotion'
      ? command.modelVersionId
      : state.status === 'absent'
        ? null
        : state.request.modelVersionId;
  const pointer = await load('production-pointer', 'pointerId' in command ? command.pointerId : null);
  const formerId =
    command.type === 'RollBackPromotion' && pointer.status === 'live'
      ? (pointer.history.at(-2)?.modelVersionId ?? null)
      : null;
  return decidePromotion(
    command,
    state,
    { model: await load('model-version', modelId), pointer, former: await load('model-version', formerId) },
    meta,
  );
}
