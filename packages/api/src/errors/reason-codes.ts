/**
 * Codes in the `reasons` of a refusal that FTM itself gives, and what they mean. Those of the Orchestrator’s policy are its own, and so are not here.
 */
export const REASON_CODES = {
  BUDGET_USD_MICROS: 'The project’s budget for the month, in millionths of a US dollar.',
  CONTAMINATED: 'Training rows that an eval suite asks, too.',
  EVAL_EVIDENCE_MISSING: 'The model version was never evaluated.',
  EVAL_INCONCLUSIVE: 'Whether it is no worse than the baseline cannot be said from so few cases.',
  EVAL_NOT_NON_INFERIOR: 'The model is worse than the baseline by more than the margin.',
  EVAL_SCORE_BELOW_MINIMUM: 'The lower bound of the score is below min_eval_score.',
  HELD_USD_MICROS: 'What of the budget is held for jobs that have not ended.',
  LEFT_USD_MICROS: 'What of the budget is left.',
  MODEL_END_OF_LIFE: 'The provider shuts the model down too soon.',
  MODEL_RETIRED: 'The model version is retired.',
  NEEDED_USD_MICROS: 'What the job may cost at most.',
  SPENT_USD_MICROS: 'What of the budget is spent.',
  TRISM_FLAGGED: 'What TRiSM found in the text, and how often.',
  TRISM_REFUSED: 'TRiSM refused a case of the suite.',
} as const;
