import type { RuleCode } from '@ftm/domain/rule-code';
import { meaning, type CodeMeaning } from './error-code.ts';

const RUNNERS = 'None: only FTM’s own runners ask this, and they go on from what the log says.';
const NEW_ONE = 'Ask for a new one.';

/** What the rules refuse. */
export const RULE_CODES = {
  APPROVAL_NOT_EXPIRED: meaning(409, 'The approval of the cost still holds.', RUNNERS),
  BASELINE_NOT_COMPARABLE: meaning(
    422,
    'The baseline is no completed run of the same suite version over the same cases.',
    'Name one that is, or run the suite on the baseline’s model first.',
  ),
  BUDGET_EXCEEDED: meaning(
    409,
    'The job may cost more than what is left of the project’s budget for the month; reasons has the figures.',
    'Ask for less, wait until jobs that hold money have ended, or have an admin raise the budget.',
  ),
  CASES_NOT_STORED: meaning(
    409,
    'The cases of the version were not stored, because a gate said no before.',
    'Send the version again with another Idempotency-Key once the gate would say yes.',
  ),
  COST_APPROVAL_EXPIRED: meaning(409, 'The approval of the cost ran out before the job was sent.', RUNNERS),
  COST_NOT_APPROVED: meaning(409, 'The cost of the job is not approved.', RUNNERS),
  COST_NOT_COVERED: meaning(409, 'The job may cost more than was approved.', RUNNERS),
  DATASET_FORMAT_MISMATCH: meaning(
    422,
    'The dataset’s format is not the one that the training method needs.',
    'Use supervised with jsonl_chat, dpo with jsonl_preference.',
  ),
  DATASET_NOT_ERASING: meaning(409, 'Nobody asked for the dataset to be erased.', RUNNERS),
  DATASET_NOT_FOUND: meaning(422, 'There is no such dataset in the project.', 'Name one that there is.'),
  DATASET_NOT_READY: meaning(
    409,
    'The dataset is not ready: only a sanitised one can be trained on.',
    'Wait until it is ready; of one that is blocked or failed, read its reasons.',
  ),
  DATASET_NOT_REPRODUCIBLE: meaning(409, 'The dataset is ready with other content.', RUNNERS),
  DATASET_NOT_SANITIZED: meaning(409, 'The sanitisation of the dataset was never started.', RUNNERS),
  DATASET_NOT_SETTLED: meaning(
    409,
    'The dataset is being built, and is erased only when that has ended.',
    'Cancel it, or wait until it is ready, blocked or failed; then ask again.',
  ),
  DATASET_SETTLED: meaning(
    409,
    'The dataset is not being built any more.',
    'Get it to see what it came to; rebuild it to have it built again.',
  ),
  DATASET_TOO_SMALL: meaning(
    422,
    'The dataset has fewer training rows than a provider takes.',
    'Build one of more traces, or with a smaller validation_fraction.',
  ),
  END_OF_LIFE_NOT_ANNOUNCED: meaning(409, 'No shutdown of the model is announced for that day.', RUNNERS),
  ERASURE_NOT_ASKED: meaning(
    409,
    'Nobody asked for the tenant to be erased.',
    'One admin asks with POST /v1/tenant/erasure, another one confirms.',
  ),
  EVAL_RUN_SETTLED: meaning(409, 'The eval run has ended.', 'Get it to see how.'),
  EVAL_SUITE_NOT_FOUND: meaning(
    422,
    'There is no such eval suite in the project.',
    'Name one that there is.',
  ),
  EVAL_SUITE_VERSION_NOT_FOUND: meaning(
    422,
    'The eval suite has no such version.',
    'Name one of those that the detail names, or leave it out for the newest.',
  ),
  EVIDENCE_CHANGED: meaning(
    409,
    'The approval names other evidence than what the promotion was asked on, or newer evals say something else.',
    'Look at the promotion again; where its evidence is outdated, ask for a new promotion.',
  ),
  FOUR_EYES: meaning(
    403,
    'Who asked for it cannot approve it.',
    'Have another person approve it, with their own key.',
  ),
  FT_JOB_CANCELING: meaning(409, 'The job is being canceled.', 'Wait until it is canceled.'),
  FT_JOB_NOT_SUBMITTED: meaning(409, 'The job was never sent to the provider.', RUNNERS),
  FT_JOB_OPEN: meaning(409, 'The job has not ended.', 'Wait until it has.'),
  FT_JOB_SETTLED: meaning(409, 'The job has ended.', 'Get it to see how.'),
  FT_JOB_SUBMITTED: meaning(
    409,
    'The job is at the provider, or on its way there.',
    'Cancel it, or wait for its end.',
  ),
  GATE_DENIED: meaning(
    409,
    'A gate said no: the Orchestrator’s policy, TRiSM or PRISM. reasons says why; resource_id names what was blocked.',
    'Mend what the reasons name, and ask again with another Idempotency-Key.',
  ),
  MODEL_END_OF_LIFE: meaning(
    409,
    'The provider shuts the model down too soon for it to be made live.',
    'Promote a model that lives longer.',
  ),
  MODEL_IN_PRODUCTION: meaning(
    409,
    'The version is live, and cannot be retired.',
    'Promote another one in its place first.',
  ),
  MODEL_RETIRED: meaning(409, 'The model version is retired.', 'Use another one.'),
  MODEL_VERSION_NOT_FOUND: meaning(
    422,
    'There is no such model version in the project.',
    'Name one that there is.',
  ),
  NOT_CONTAMINATED: meaning(
    409,
    'Only a dataset that was blocked by contamination can be let through.',
    'Get the dataset to see why it was blocked.',
  ),
  NOT_FOUND: meaning(
    404,
    'There is no such resource, or it is of a tenant or a project that the key does not cover.',
    'Look at the id and the key.',
  ),
  OVERRIDE_NOT_ASKED: meaning(
    409,
    'Nobody asked for the contaminated rows to be let in.',
    'Ask with POST /v1/datasets/{id}/contamination-override; another person approves.',
  ),
  POINTER_MOVED_ON: meaning(
    409,
    'The pointer does not stand on this promotion any more.',
    'Roll back the promotion that it stands on.',
  ),
  PRICE_AMBIGUOUS: meaning(
    409,
    'Two rows are prices of the same tokens of the same model from the same day on.',
    'Leave one of them out.',
  ),
  PROMOTION_NOT_PENDING: meaning(409, 'The promotion was decided already.', NEW_ONE),
  PROMOTION_NOT_PROMOTED: meaning(
    409,
    'The promotion is not live, so there is nothing to roll back.',
    'Get it to see what it is.',
  ),
  PROVIDER_JOB_ID_MISSING: meaning(409, 'A job can be adopted only by its id.', 'Name it: provider_job_id.'),
  RE_EVAL_UNSCHEDULED: meaning(409, 'The schedule has ended.', NEW_ONE),
  SUBMIT_AMBIGUOUS: meaning(
    409,
    'It cannot be known whether the provider has the job.',
    'Look at the provider’s jobs, then decide with POST /v1/ft-jobs/{id}/resolve.',
  ),
  SUBMIT_INTENDED: meaning(409, 'The attempt was announced already.', RUNNERS),
  SUBMIT_NOT_AMBIGUOUS: meaning(
    409,
    'There is no submit whose outcome is unknown.',
    'Get the job to see what it waits for.',
  ),
  SUBMIT_NOT_INTENDED: meaning(409, 'The attempt was not announced.', RUNNERS),
  SUBMIT_OUT_OF_ORDER: meaning(409, 'The attempt cannot follow the one before.', RUNNERS),
  TARGET_OF_ANOTHER_PROJECT: meaning(
    409,
    'Another project decides what is live there: the one that the target names, or the first that went live there.',
    'Promote in that project, or name a target of yours.',
  ),
  TENANT_ERASED: meaning(
    409,
    'Two people had the tenant erased: it can begin nothing new.',
    'None: what the log says of it stays readable.',
  ),
  TENANT_NOT_CONFIRMED: meaning(
    422,
    'tenant_id is not the id of the tenant whose key this is.',
    'Send the tenant’s own id: it says that the right one is meant.',
  ),
  TENANT_NOT_ERASING: meaning(409, 'Two people have not asked for the tenant to be erased.', RUNNERS),
} as const satisfies Readonly<Record<RuleCode, CodeMeaning>>;
