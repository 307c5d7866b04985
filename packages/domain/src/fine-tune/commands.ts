import type { ScannedText, WithWords } from '@ftm/contracts/scanned-text';
import type {
  CostEstimate,
  FineTuneCanceled,
  FineTuneCostApprovalRequested,
  FineTuneCostApproved,
  FineTuneCostRecorded,
  FineTuneDeferred,
  FineTuneDuplicateCanceled,
  FineTuneFailed,
  FineTuneProgressed,
  FineTuneProviderFilesDeleted,
  FineTuneRequested,
  FineTuneSubmitIntended,
  FineTuneSubmitRefused,
  FineTuneSubmitResolved,
  FineTuneSubmitted,
  FineTuneSucceeded,
  Reason,
} from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';
import type { Labeled } from '../labels.ts';

type About = { readonly id: string };

export type FineTuneCommand =
  /** The writer takes the objects from the dataset streams and refuses any that is not sanitised (`DATASET_NOT_READY`). */
  | (About &
      Labeled & {
        readonly type: 'RequestFineTune';
        readonly request: Omit<
          FineTuneRequested,
          'trainObject' | 'validationObject' | 'contaminationApprovedBy' | 'budgetMonth'
        >;
        readonly gates: readonly GateAnswer[];
      })
  | (About & {
      readonly type: 'RecordCostApprovalRequested';
      readonly approval: FineTuneCostApprovalRequested;
    })
  | (About & { readonly type: 'ApproveFineTuneCost'; readonly approval: FineTuneCostApproved })
  /** The approval has run out (`APPROVAL_NOT_EXPIRED` otherwise). */
  | (About & { readonly type: 'RecordCostApprovalExpired'; readonly expiresAt: string })
  /** At the price of the day; refused when the budget does not have it (`BUDGET_EXCEEDED`). */
  | (About & { readonly type: 'RecordReestimated'; readonly estimate: CostEstimate })
  | (About & {
      readonly type: 'BlockFineTune';
      readonly gate: string;
      readonly reasons: readonly WithWords<Reason>[];
    })
  | (About & { readonly type: 'DeferSubmit'; readonly deferral: WithWords<FineTuneDeferred> })
  | (About & { readonly type: 'IntendSubmit'; readonly intent: FineTuneSubmitIntended })
  | (About & { readonly type: 'RecordSubmitted'; readonly submitted: FineTuneSubmitted })
  | (About & { readonly type: 'RecordSubmitRefused'; readonly refusal: FineTuneSubmitRefused })
  /** An operator’s word on a submit that is ambiguous (`SUBMIT_NOT_AMBIGUOUS` otherwise). */
  | (About & {
      readonly type: 'ResolveSubmit';
      readonly resolution: Omit<FineTuneSubmitResolved, 'attempt'> & { readonly reason: ScannedText };
    })
  | (About & { readonly type: 'RecordDuplicateCanceled'; readonly duplicate: FineTuneDuplicateCanceled })
  | (About & { readonly type: 'RecordProgress'; readonly progress: FineTuneProgressed })
  | (About & { readonly type: 'RecordPaused'; readonly providerStatus: string })
  | (About & { readonly type: 'RecordResumed'; readonly providerStatus: string })
  | (About & { readonly type: 'RequestPause'; readonly reason: ScannedText })
  | (About & { readonly type: 'RequestResume'; readonly reason: ScannedText })
  | (About & { readonly type: 'RequestCancel'; readonly reason: ScannedText })
  | (About & { readonly type: 'RecordSucceeded'; readonly result: FineTuneSucceeded })
  | (About & {
      readonly type: 'RecordFailed';
      readonly failure: WithWords<FineTuneFailed, 'message' | 'providerMessage'>;
    })
  | (About & { readonly type: 'RecordCanceled'; readonly canceled: FineTuneCanceled })
  | (About & { readonly type: 'RecordCost'; readonly cost: FineTuneCostRecorded })
  /** Of a job that has ended (`FT_JOB_OPEN` otherwise). */
  | (About & {
      readonly type: 'RecordProviderFilesDeleted';
      readonly deletion: FineTuneProviderFilesDeleted;
    });
