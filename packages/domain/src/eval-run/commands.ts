import type { ScannedText, WithWords } from '@ftm/contracts/scanned-text';
import type { EvalRunCompleted, EvalRunFailed, EvalRunRequested } from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';
import type { Labeled } from '../labels.ts';

export type EvalRunCommand =
  /** `suiteVersion: null` means the newest. The writer resolves suite, cases and the provider's model id from the streams it names. */
  | (Labeled & {
      readonly type: 'RequestEvalRun';
      readonly id: string;
      readonly request: Omit<EvalRunRequested, 'suiteVersion' | 'casesObject' | 'providerModelId'> & {
        readonly suiteVersion: number | null;
      };
      readonly gates: readonly GateAnswer[];
    })
  | {
      readonly type: 'StartEvalRun';
      readonly id: string;
      readonly attempt: number;
      readonly caseCount: number;
    }
  /** Also appends `ModelVersionEvaluated` to the model version, when the run asked one, in the same transaction. */
  | { readonly type: 'RecordEvalRunCompleted'; readonly id: string; readonly result: EvalRunCompleted }
  | { readonly type: 'FailEvalRun'; readonly id: string; readonly failure: WithWords<EvalRunFailed> }
  | { readonly type: 'CancelEvalRun'; readonly id: string; readonly reason: ScannedText };
