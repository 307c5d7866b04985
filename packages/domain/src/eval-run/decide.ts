import type { EvalRunRequested } from '@ftm/contracts/generated/events';
import { answered, denied, notFound, NOTHING, reject, type Verdict } from '../decision.ts';
import { suiteVersion, type EvalSuiteState } from '../eval-suite/state.ts';
import type { ModelVersionState } from '../model-version/state.ts';
import type { EvalRunCommand } from './commands.ts';
import type { EvalRunState } from './state.ts';

/** The streams that a request names. */
export interface EvalRunContext {
  readonly suite: EvalSuiteState;
  readonly model: ModelVersionState;
  readonly baseline: EvalRunState;
}

export function decideEvalRun(
  command: EvalRunCommand,
  state: EvalRunState,
  context: EvalRunContext,
): Verdict {
  switch (command.type) {
    case 'RequestEvalRun': {
      if (state.status !== 'absent') return NOTHING;
      const request = resolve(command.request, context);
      if ('code' in request) return request;
      const no = denied(command.gates);
      return [
        { type: 'EvalRunRequested', data: request },
        ...answered(command.gates),
        ...(no === undefined
          ? []
          : [{ type: 'EvalRunBlocked' as const, data: { gate: no.gate, reasons: no.reasons } }]),
      ];
    }
    case 'StartEvalRun':
      if (state.status === 'running' && state.attempt >= command.attempt) return NOTHING;
      return whileOpen(state, [
        { type: 'EvalRunStarted', data: { attempt: command.attempt, caseCount: command.caseCount } },
      ]);
    case 'RecordEvalRunCompleted':
      if (state.status === 'completed') return NOTHING;
      return whileOpen(state, [{ type: 'EvalRunCompleted', data: command.result }]);
    case 'FailEvalRun':
      if (state.status === 'failed') return NOTHING;
      return whileOpen(state, [{ type: 'EvalRunFailed', data: command.failure }]);
    case 'CancelEvalRun':
      if (state.status === 'canceled') return NOTHING;
      return whileOpen(state, [{ type: 'EvalRunCanceled', data: { reason: command.reason } }]);
  }
}

type Asked = Extract<EvalRunCommand, { type: 'RequestEvalRun' }>['request'];

function resolve(
  asked: Asked,
  { suite, model, baseline }: EvalRunContext,
): EvalRunRequested | ReturnType<typeof reject> {
  if (suite.status === 'absent' || suite.projectId !== asked.projectId)
    return reject('EVAL_SUITE_NOT_FOUND', 'there is no such eval suite in the project');
  const version = suiteVersion(suite, asked.suiteVersion);
  if (version === undefined)
    return reject('EVAL_SUITE_VERSION_NOT_FOUND', `the suite has versions 1 to ${suite.versions.length}`);
  let providerModelId = asked.modelRef.value;
  if (asked.modelRef.type === 'ft_model_version') {
    if (model.status === 'absent' || model.registration.projectId !== asked.projectId)
      return reject('MODEL_VERSION_NOT_FOUND', 'there is no such model version in the project');
    if (model.status === 'retired') return reject('MODEL_RETIRED', 'the model version is retired');
    providerModelId = model.registration.providerModelId;
  }
  if (asked.baselineRunId !== null) {
    const comparable =
      baseline.status === 'completed' &&
      baseline.request.suiteId === asked.suiteId &&
      baseline.request.suiteVersion === version.suiteVersion &&
      baseline.request.maxCases === asked.maxCases;
    if (!comparable)
      return reject(
        'BASELINE_NOT_COMPARABLE',
        'the baseline must be a completed run of the same suite version over the same cases',
      );
  }
  return { ...asked, suiteVersion: version.suiteVersion, casesObject: version.casesObject, providerModelId };
}

function whileOpen(state: EvalRunState, events: Verdict): Verdict {
  switch (state.status) {
    case 'absent':
      return notFound('eval run');
    case 'queued':
    case 'running':
      return events;
    case 'completed':
    case 'failed':
    case 'blocked':
    case 'canceled':
      return reject('EVAL_RUN_SETTLED', `the eval run is ${state.status}`);
  }
}
