import type { EvalRunCompleted } from '@ftm/contracts/generated/events';
import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject, type AggregateRules, type Load } from '../aggregate.ts';
import { on, type StreamEvent } from '../decision.ts';
import { evalSuite } from '../eval-suite/eval-suite.ts';
import { modelVersion } from '../model-version/model-version.ts';
import type { EvalRunCommand } from './commands.ts';
import { decideEvalRun, type EvalRunContext } from './decide.ts';
import { evolveEvalRun, initialEvalRun, type EvalRunState } from './state.ts';

export const evalRun: AggregateRules<EvalRunState, EvalRunCommand> = defineAggregate<
  'eval-run',
  EvalRunState,
  EvalRunCommand
>({
  name: 'eval-run',
  commands: {
    RequestEvalRun: {
      begins: true,
      reads: ({ request }) => [
        streamId('eval-suite', request.suiteId),
        ...(request.modelRef.type === 'ft_model_version'
          ? [streamId('model-version', request.modelRef.value)]
          : []),
        ...(request.baselineRunId === null ? [] : [streamId('eval-run', request.baselineRunId)]),
      ],
    },
    StartEvalRun: { begins: false },
    RecordEvalRunCompleted: { begins: false },
    FailEvalRun: { begins: false },
    CancelEvalRun: { begins: false },
  },
  initial: initialEvalRun,
  evolve: evolveEvalRun,
  work: { started: ['EvalRunStarted'], open: ['queued', 'running'] },
  async handle(command, state, _meta, load) {
    const decision = on(
      streamId('eval-run', command.id),
      decideEvalRun(command, state, await contextOf(command, load)),
    );
    if (
      decision.kind === 'rejected' ||
      decision.events.length === 0 ||
      command.type !== 'RecordEvalRunCompleted'
    )
      return decision;
    return {
      kind: 'accepted',
      events: [...decision.events, ...evaluated(command.id, state, command.result)],
    };
  },
  projectOf: ({ request }) => ofProject(request.projectId),
});

async function contextOf(command: EvalRunCommand, load: Load): Promise<EvalRunContext> {
  const asked = command.type === 'RequestEvalRun' ? command.request : undefined;
  return {
    suite: await load(evalSuite, asked?.suiteId ?? null),
    model: await load(
      modelVersion,
      asked?.modelRef.type === 'ft_model_version' ? asked.modelRef.value : null,
    ),
    baseline: await load(evalRun, asked?.baselineRunId ?? null),
  };
}

/** The model version hears of its eval in the same append: no moment in which one is known and the other is not. */
function evaluated(id: string, state: EvalRunState, result: EvalRunCompleted): readonly StreamEvent[] {
  if (state.status === 'absent' || state.request.modelRef.type !== 'ft_model_version') return [];
  const { modelRef, suiteId, suiteVersion } = state.request;
  return [
    {
      stream: streamId('model-version', modelRef.value),
      event: {
        type: 'ModelVersionEvaluated',
        data: {
          evalRunId: id,
          suiteId,
          suiteVersion,
          score: result.score,
          ciLow: result.ciLow,
          ciHigh: result.ciHigh,
          baselineRunId: result.comparison?.baselineRunId ?? null,
          verdict: result.comparison?.verdict ?? null,
          resultsSha256: result.resultsObject.sha256,
        },
      },
    },
  ];
}
