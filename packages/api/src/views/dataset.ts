import type { z } from 'zod';
import type { DatasetState } from '@ftm/domain/dataset/state';
import { datasetRequest, datasetResult, type Dataset } from '../resources/datasets.ts';
import { snake } from '../snake.ts';
import { fields, fieldsOrNulls, noRefusal } from './fields.ts';
import { notesOf, timesOf } from './labels.ts';
import type { Known, Shown } from './shown.ts';

export function viewDataset(state: Known<DatasetState>): Shown<z.input<typeof Dataset>> {
  return {
    ...fields(datasetRequest, state.request),
    ...notesOf(state),
    ...timesOf(state),
    ...fieldsOrNulls(datasetResult, 'result' in state ? state.result : null),
    progress: snake(state.progress),
    contamination_override: override(state),
    ...(state.status === 'blocked' ? { gate: state.gate, reasons: snake(state.reasons) } : noRefusal),
    failure: state.status === 'failed' ? snake(state.failure) : null,
    erasure_reason:
      state.status === 'erasing' ? state.reason : state.status === 'erased' ? state.erasure.reason : null,
    erasure: state.status === 'erased' ? snake(state.erasure) : null,
  };
}

/** Asked for by one person, or decided by two. */
function override(state: Known<DatasetState>): z.input<typeof Dataset>['contamination_override'] {
  if (state.override !== null) return snake(state.override);
  if (state.status !== 'blocked' || state.overrideAsked === null) return null;
  const { by, reason } = state.overrideAsked;
  return { requested_by: by, approved_by: null, reason };
}
