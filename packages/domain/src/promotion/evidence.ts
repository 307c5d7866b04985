import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { EvalEvidence, Reason } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import type { ModelVersionState } from '../model-version/state.ts';

/** What an approver puts a name to: hex SHA-256 of the canonical evidence. */
export function evidenceSha256(evidence: EvalEvidence): string {
  return digest('ftm.evidence', canonicalJson(evidence));
}

/** The newest eval of the version; null when it was never evaluated. */
export function newestEvidence(model: ModelVersionState): EvalEvidence | null {
  const newest = model.status === 'absent' ? undefined : model.evaluations.at(-1);
  if (newest === undefined) return null;
  const { evalRunId, suiteId, suiteVersion, score, ciLow, ciHigh, baselineRunId, verdict, resultsSha256 } =
    newest;
  return { evalRunId, suiteId, suiteVersion, score, ciLow, ciHigh, baselineRunId, verdict, resultsSha256 };
}

/** What speaks against a promotion on this evidence; empty when nothing does. */
export function evidenceProblems(evidence: EvalEvidence | null, minEvalScore: number): Reason[] {
  if (evidence === null)
    return [{ code: 'EVAL_EVIDENCE_MISSING', message: 'the model version was never evaluated' }];
  const problems: Reason[] = [];
  if (evidence.score < minEvalScore)
    problems.push({
      code: 'EVAL_SCORE_BELOW_MINIMUM',
      message: `the score ${evidence.score.toFixed(3)} is below the minimum ${minEvalScore}`,
    });
  if (evidence.verdict === 'fail')
    problems.push({
      code: 'EVAL_NOT_NON_INFERIOR',
      message: 'the version is worse than the baseline by more than the margin',
    });
  if (evidence.verdict === 'inconclusive')
    problems.push({
      code: 'EVAL_INCONCLUSIVE',
      message: 'the eval cannot tell whether the version is worse than the baseline: more cases are needed',
    });
  return problems;
}
