import type { ScannedText } from '@ftm/contracts/scanned-text';
import type { PromotionTarget } from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';
import type { Labeled } from '../labels.ts';

export type PromotionCommand =
  /**
   * The writer picks the newest eval of the version as evidence, and blocks
   * (events, not a rejection) when a gate said no, there is no evidence, the score is under `minEvalScore`, or the verdict is not `pass`
   * (`fail` and `inconclusive` block; a run without a baseline is judged by its score alone).
   */
  | (Labeled & {
      readonly type: 'RequestPromotion';
      readonly id: string;
      readonly projectId: string;
      readonly modelVersionId: string;
      readonly target: PromotionTarget;
      readonly minEvalScore: number;
      /** Policy: a model that its provider shuts down in fewer days is not made live. */
      readonly minDaysToShutdown: number;
      readonly notes: ScannedText | null;
      readonly gates: readonly GateAnswer[];
    })
  /** Appends PromotionApproved, PointerMoved, ModelVersionPromoted (and ModelVersionDemoted of the one before) at once. `evidenceSha256` is what the approver saw; see `evidenceText`. */
  | {
      readonly type: 'ApprovePromotion';
      readonly id: string;
      readonly evidenceSha256: string;
      readonly minDaysToShutdown: number;
      readonly gates: readonly GateAnswer[];
    }
  | { readonly type: 'RejectPromotion'; readonly id: string; readonly reason: ScannedText }
  /** Only the promotion that the pointer stands on can be undone. */
  | {
      readonly type: 'RollBackPromotion';
      readonly id: string;
      readonly reason: ScannedText;
      readonly gates: readonly GateAnswer[];
    };
