import type { z } from 'zod';
import type { EvalRunState } from '@ftm/domain/eval-run/state';
import type { EvalSuiteState } from '@ftm/domain/eval-suite/state';
import { evalRunRequest, evalRunResult, type EvalRun } from '../resources/eval-runs.ts';
import type { JsonObject } from '../parts.ts';
import type { EvalSuite } from '../resources/eval-suites.ts';
import { snake } from '../snake.ts';
import { fields, fieldsOrNulls, noRefusal } from './fields.ts';
import { labelsOf, notesOf, timesOf } from './labels.ts';
import type { Known, Shown } from './shown.ts';

export const viewEvalSuite = (state: Known<EvalSuiteState>): Shown<z.input<typeof EvalSuite>> => ({
  project_id: state.projectId,
  name: state.name,
  ...notesOf(state),
  latest_version: state.versions.length,
  versions: state.versions.map(({ graders, ...version }) => ({
    ...snake(version),
    graders: graders.map(({ name, kind, configJson }) => ({
      name,
      kind,
      config: JSON.parse(configJson) as JsonObject,
    })),
  })),
});

export const viewEvalRun = (state: Known<EvalRunState>): Shown<z.input<typeof EvalRun>> => ({
  ...fields(evalRunRequest, state.request),
  ...labelsOf(state),
  ...timesOf(state),
  ...fieldsOrNulls(evalRunResult, state.status === 'completed' ? state.result : null),
  ...(state.status === 'blocked' ? { gate: state.gate, reasons: snake(state.reasons) } : noRefusal),
  failure: state.status === 'failed' ? snake(state.failure) : null,
  reason: state.status === 'canceled' ? state.reason : null,
});
