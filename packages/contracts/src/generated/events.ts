// Generated from schemas/ by `npm run generate`. Do not edit.

/** Money of the month is kept for a job; one that is there for it already is replaced. */
export interface BudgetHoldPlaced {
  /** Project. */
  readonly projectId: string;
  /** Fine-tune job. */
  readonly ftJobId: string;
  /** YYYY-MM, UTC: the month in which the job was asked for. */
  readonly month: string;
  /** The high end of its estimate. */
  readonly amountUsdMicros: number;
}

/** The job has ended: what it cost is spent, the rest is free again. */
export interface BudgetHoldSettled {
  /** Fine-tune job. */
  readonly ftJobId: string;
  /** YYYY-MM: the month of the hold. */
  readonly month: string;
  /** What was kept. */
  readonly heldUsdMicros: number;
  /** What is spent; null when the provider does not say what it has billed. */
  readonly actualUsdMicros: number | null;
}

/** What a project may spend on training in a month. */
export interface BudgetSet {
  /** Project. */
  readonly projectId: string;
  /** Limit of each calendar month (UTC); null is no limit. */
  readonly monthlyUsdMicros: number | null;
  /** Why. */
  readonly reason: string;
}

/** The checkpoint that a rule picked, and why. */
export interface CheckpointChoice {
  /** Provider id. */
  readonly checkpointId: string;
  /** Model id of the checkpoint. */
  readonly providerModelId: string;
  /** Training step. */
  readonly step: number;
  /** The rule, such as best_validation_loss. */
  readonly rule: string;
  /** Why this one, with the figures. */
  readonly reason: string;
}

/** How often a code or type was seen. */
export interface CodeCount {
  /** The code or type. */
  readonly code: string;
  /** How often. */
  readonly count: number;
}

/** A command was refused after its gates were asked, or because one person may not do it alone. It stands on the stream that the command was about, or on the tenant's own where there is none. */
export interface CommandRefused {
  /** Name of the command. */
  readonly commandType: string;
  /** The stream that the command was about. */
  readonly stream: string;
  /** Stable code of the refusal, SCREAMING_CASE. */
  readonly code: string;
  /** What it means, for people. */
  readonly message: string;
  /** Reasons, of refusals that have some. */
  readonly reasons: readonly Reason[] | null;
}

/** What is done about rows that an eval suite asks, too. */
export interface ContaminationRecipe {
  /** Block the dataset, or drop the rows. */
  readonly policy: 'block' | 'drop';
  /** Similarity from which a row counts as a case; 1: equal ones only. */
  readonly threshold: number;
}

/** A cost as a range, in millionths of a US dollar. */
export interface CostEstimate {
  /** If the fewest epochs are run. */
  readonly lowUsdMicros: number;
  /** With the documented resolution of auto. */
  readonly expectedUsdMicros: number;
  /** If the most epochs are run. */
  readonly highUsdMicros: number;
  /** Tokens of one epoch. */
  readonly trainingTokens: number;
  /** Fewest epochs. */
  readonly epochsLow: number;
  /** Expected epochs. */
  readonly epochsExpected: number;
  /** Most epochs. */
  readonly epochsHigh: number;
  /** Price of a million training tokens. */
  readonly priceUsdMicrosPerMillion: number;
  /** Where the price was read, with its date. */
  readonly priceSource: string;
  /** Uncertainty of the tokens to both sides, as a share. */
  readonly tokenError: number;
  /** Earlier jobs of the tenant that the count was calibrated by. */
  readonly calibrationJobs: number;
}

/** A gate or the sanitiser refused the dataset. */
export interface DatasetBlocked {
  /** The gate that said no. */
  readonly gate: string;
  /** Why. */
  readonly reasons: readonly Reason[];
  /** Rows that were rejected until then, with causes. */
  readonly rejectionsObject: ObjectRef | null;
}

/** Two people decided that contaminated rows may stay: the building goes on with them. */
export interface DatasetContaminationOverridden {
  /** Who asked. */
  readonly requestedBy: string;
  /** Who approved; never the one who asked. */
  readonly approvedBy: string;
  /** Why. */
  readonly reason: string;
}

/** Somebody asked for a dataset to be built though an eval suite asks what it teaches. Somebody else must approve. */
export interface DatasetContaminationOverrideRequested {
  /** Why. */
  readonly reason: string;
}

/** The data key was destroyed: the bytes are unreadable everywhere. */
export interface DatasetErased {
  /** Why. */
  readonly reason: string;
  /** The destroyed key. */
  readonly dataKeyId: string;
  /** The key of what was uploaded for it, destroyed too; null when nothing was, or that had no key. */
  readonly uploadDataKeyId: string | null;
}

/** Somebody asked for the dataset to be erased: from now on nobody reads it, and its data key is destroyed as soon as possible. */
export interface DatasetErasureRequested {
  /** Why. */
  readonly reason: string;
}

/** The dataset could not be built. */
export interface DatasetFailed {
  /** Stable cause code. */
  readonly code: string;
  /** What happened, sanitised. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Rows that were rejected until then, with causes. */
  readonly rejectionsObject: ObjectRef | null;
}

/** How far the building has come. Told ever more seldom, so that a large dataset does not fill the log. */
export interface DatasetProgressed {
  /** What is being done. */
  readonly stage: 'ingesting' | 'analysing' | 'deduplicating' | 'splitting' | 'writing';
  /** Rows read from the source. */
  readonly rowsRead: number;
  /** Rows rejected until then. */
  readonly rowsRejected: number;
}

/** A dataset was asked for and its recipe fixed. */
export interface DatasetRequested {
  /** Project. */
  readonly projectId: string;
  /** Only traces of this assistant. */
  readonly assistantId: string | null;
  /** Slug. */
  readonly name: string;
  /** Source. */
  readonly source: DatasetSource;
  /** Format of the rows. */
  readonly outputFormat: 'jsonl_chat' | 'jsonl_prompt_completion' | 'jsonl_preference';
  /** Deduplication. */
  readonly dedup: DedupRecipe;
  /** Split. */
  readonly split: SplitRecipe;
  /** Suites checked for contamination. */
  readonly evalSuiteIds: readonly string[];
  /** TRiSM profile. */
  readonly sanitizerProfile: string;
  /** SHA-256 of the canonical recipe. */
  readonly recipeSha256: string;
  /** Dataset that this one rebuilds. */
  readonly rebuildOf: string | null;
  /** Contamination gate. */
  readonly contamination: ContaminationRecipe;
  /** Whether rows may have images. */
  readonly images: 'refused' | 'allowed';
  /** Base model that it is meant for: decides how tokens are counted and where rows are cut. */
  readonly targetModel: string | null;
}

/** Reading began; rows pass through TRiSM before anything is stored. */
export interface DatasetSanitizationStarted {
  /** From 1. */
  readonly attempt: number;
  /** TRiSM profile. */
  readonly profile: string;
}

/** The dataset is ready: sanitised, split, counted, stored. */
export interface DatasetSanitized {
  /** Training rows, JSONL, encrypted. */
  readonly trainObject: ObjectRef;
  /** Validation rows. */
  readonly validationObject: ObjectRef | null;
  /** Manifest. */
  readonly manifestObject: ObjectRef;
  /** Rejected rows with causes, JSONL. */
  readonly rejectionsObject: ObjectRef;
  /** SHA-256 over the plain training and validation bytes: equal recipes give equal hashes. */
  readonly contentSha256: string;
  /** Rows read from the source. */
  readonly rowsRead: number;
  /** Rows rejected. */
  readonly rowsRejected: number;
  /** Rejections by code. */
  readonly rejectedByCode: readonly CodeCount[];
  /** Training rows. */
  readonly trainRows: number;
  /** Validation rows. */
  readonly validationRows: number;
  /** Redacted values by type. */
  readonly redactions: readonly CodeCount[];
  /** Billable training tokens of one epoch. */
  readonly trainTokens: number;
  /** Billable validation tokens. */
  readonly validationTokens: number;
  /** Policy version of the sanitiser. */
  readonly trismPolicyVersion: string;
  /** Scans that covered the rows. */
  readonly trismScanIds: readonly string[];
  /** Data key that encrypts the objects. */
  readonly dataKeyId: string;
  /** SHA-256 of the manifest itself, before it was encrypted; empty in old events. */
  readonly manifestSha256: string;
  /** SHA-256 over the rows of the source as they came; empty in old events. */
  readonly inputSha256: string;
  /** Statistics and findings that the report is made of. */
  readonly statisticsObject: ObjectRef | null;
  /** Rows left out because an earlier one is the same. */
  readonly exactDuplicates: number;
  /** Rows left out because an earlier one says nearly the same. */
  readonly nearDuplicates: number;
  /** Rows left out because an earlier one means the same. */
  readonly semanticDuplicates: number;
  /** Prompts that have different answers. */
  readonly conflicts: number;
  /** Rows that an eval suite asks, too. */
  readonly contaminatedRows: number;
  /** Rows that the provider would cut. */
  readonly truncatedRows: number;
  /** How many scans covered the rows; all ids are in the manifest. */
  readonly trismScans: number;
}

/** Where rows come from. */
export interface DatasetSource {
  /** Kind of source. */
  readonly kind: 'orchestrator_traces' | 'upload' | 'dataset';
  /** Earliest trace time, ISO 8601. */
  readonly from: string | null;
  /** Latest trace time, exclusive, ISO 8601. */
  readonly to: string | null;
  /** Only traces with this outcome. */
  readonly outcome: string | null;
  /** Only traces with all of these tags. */
  readonly tags: readonly string[];
  /** At most so many traces. */
  readonly limit: number | null;
  /** Source dataset, for kind dataset. */
  readonly datasetId: string | null;
  /** Source datasets, for kind dataset: their rows one after the other. */
  readonly datasetIds: readonly string[];
  /** Only such a share of the rows, chosen by seed and content. */
  readonly sampleFraction: number | null;
  /** For kind upload. */
  readonly uploadId: string | null;
  /** Manifest of the upload. */
  readonly uploadObject: ObjectRef | null;
}

/** How duplicates are found. */
export interface DedupRecipe {
  /** Drop rows that are equal in canonical form. */
  readonly exact: boolean;
  /** Drop near-duplicates. */
  readonly near: boolean;
  /** Jaccard similarity from which rows count as near-duplicates. */
  readonly nearThreshold: number;
  /** Cosine similarity of embeddings from which rows count as duplicates; null: not looked at. */
  readonly semanticThreshold: number | null;
  /** What embeds: `static`, a table of word vectors, or `provider:<model>`; null: hashed n-grams, which know spelling and no meaning. */
  readonly semanticEmbedder: string | null;
}

/** A paired comparison with a baseline run over the same cases. */
export interface EvalComparison {
  /** The eval run compared with. */
  readonly baselineRunId: string;
  /** Mean score of the baseline. */
  readonly baselineScore: number;
  /** Candidate minus baseline. */
  readonly difference: number;
  /** Lower bound of the 95 % interval of the difference. */
  readonly ciLow: number;
  /** Upper bound of the 95 % interval of the difference. */
  readonly ciHigh: number;
  /** Two-sided p of the paired test. */
  readonly pValue: number;
  /** Name of the test. */
  readonly test: string;
  /** Cases that both runs graded. */
  readonly pairs: number;
  /** Smallest difference found with 80 % power. */
  readonly minimumDetectableEffect: number;
  /** Non-inferiority verdict. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
}

/** The eval run that a promotion rests on, by hash. */
export interface EvalEvidence {
  /** The run. */
  readonly evalRunId: string;
  /** Its suite. */
  readonly suiteId: string;
  /** Version of the suite. */
  readonly suiteVersion: number;
  /** Mean score. */
  readonly score: number;
  /** Lower 95 % bound. */
  readonly ciLow: number;
  /** Upper 95 % bound. */
  readonly ciHigh: number;
  /** Run compared with. */
  readonly baselineRunId: string | null;
  /** Non-inferiority against the baseline. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | null;
  /** SHA-256 of the stored results object. */
  readonly resultsSha256: string;
}

/** A gate refused the run. */
export interface EvalRunBlocked {
  /** The gate that said no. */
  readonly gate: string;
  /** Why. */
  readonly reasons: readonly Reason[];
}

/** The run was canceled. */
export interface EvalRunCanceled {
  /** Why. */
  readonly reason: string;
}

/** All cases were answered and graded. */
export interface EvalRunCompleted {
  /** Per-case results, JSONL, encrypted. */
  readonly resultsObject: ObjectRef;
  /** Cases. */
  readonly caseCount: number;
  /** Cases without an answer; they score 0. */
  readonly errorCount: number;
  /** Primary score. */
  readonly score: number;
  /** Lower 95 % bound. */
  readonly ciLow: number;
  /** Upper 95 % bound. */
  readonly ciHigh: number;
  /** Scores by grader. */
  readonly scores: readonly GraderScore[];
  /** Paired comparison with the baseline. */
  readonly comparison: EvalComparison | null;
  /** Mean output risk by TRiSM, 0..1. */
  readonly trismMeanRisk: number;
  /** Outputs that TRiSM flagged. */
  readonly trismFlagged: number;
  /** Billed input tokens. */
  readonly inputTokens: number;
  /** Billed output tokens. */
  readonly outputTokens: number;
  /** Cost by the price table. */
  readonly costUsdMicros: number;
  /** PRISM usage record; null when nothing was billed. */
  readonly usageId: string | null;
}

/** The run could not be completed. */
export interface EvalRunFailed {
  /** Stable cause code. */
  readonly code: string;
  /** What happened, sanitised. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
}

/** A run of a suite on a model was asked for. */
export interface EvalRunRequested {
  /** Project. */
  readonly projectId: string;
  /** Suite. */
  readonly suiteId: string;
  /** Version of the suite. */
  readonly suiteVersion: number;
  /** The cases, by hash. */
  readonly casesObject: ObjectRef;
  /** The model as the caller named it. */
  readonly modelRef: ModelRef;
  /** The model id sent to the provider. */
  readonly providerModelId: string;
  /** Completed run to compare with. */
  readonly baselineRunId: string | null;
  /** Largest loss that is still no loss. */
  readonly nonInferiorityMargin: number;
  /** Only the first so many cases. */
  readonly maxCases: number | null;
  /** Stop before it is passed. */
  readonly costCapUsdMicros: number | null;
}

/** A runner began to ask the model. */
export interface EvalRunStarted {
  /** From 1. */
  readonly attempt: number;
  /** Cases to run. */
  readonly caseCount: number;
}

/** An eval suite exists. */
export interface EvalSuiteCreated {
  /** Project. */
  readonly projectId: string;
  /** Slug. */
  readonly name: string;
}

/** An immutable version of cases and graders was published. */
export interface EvalSuiteVersionPublished {
  /** From 1. */
  readonly suiteVersion: number;
  /** Cases, JSONL, encrypted. */
  readonly casesObject: ObjectRef;
  /** Number of cases. */
  readonly caseCount: number;
  /** Graders; the first one is primary. */
  readonly graders: readonly GraderSpec[];
  /** TRiSM profile for outputs. */
  readonly policyProfile: string;
}

/** A gate refused the job. */
export interface FineTuneBlocked {
  /** The gate that said no. */
  readonly gate: string;
  /** Why. */
  readonly reasons: readonly Reason[];
}

/** Somebody asked for the end of the job. */
export interface FineTuneCancelRequested {
  /** Why. */
  readonly reason: string;
}

/** The job was canceled. */
export interface FineTuneCanceled {
  /** Why. */
  readonly reason: string;
  /** Billed tokens, if any. */
  readonly trainedTokens: number | null;
  /** What the provider said until then, with the loss curve: JSON, encrypted. Null in older events, and when nothing could be read. */
  readonly mirrorObject: ObjectRef | null;
}

/** A checkpoint that the provider kept. */
export interface FineTuneCheckpoint {
  /** Provider id. */
  readonly id: string;
  /** Training step. */
  readonly step: number;
  /** Model id of the checkpoint. */
  readonly providerModelId: string;
  /** Training loss. */
  readonly trainLoss: number | null;
  /** Validation loss. */
  readonly validLoss: number | null;
}

/** The approval ran out before the job was submitted: PRISM is asked again. */
export interface FineTuneCostApprovalExpired {
  /** PRISM approval. */
  readonly approvalId: string | null;
  /** Amount that it was for. */
  readonly amountUsdMicros: number;
  /** When it ran out, ISO 8601. */
  readonly expiredAt: string;
}

/** PRISM was asked; the answer takes time. */
export interface FineTuneCostApprovalRequested {
  /** PRISM approval. */
  readonly approvalId: string;
  /** Amount asked for. */
  readonly amountUsdMicros: number;
}

/** The cost is approved. */
export interface FineTuneCostApproved {
  /** PRISM approval; null below the threshold. */
  readonly approvalId: string | null;
  /** Approved amount. */
  readonly amountUsdMicros: number;
  /** End of the approval, ISO 8601. */
  readonly expiresAt: string | null;
}

/** What the job cost. */
export interface FineTuneCostRecorded {
  /** Billed tokens. */
  readonly trainedTokens: number;
  /** Actual cost. */
  readonly actualUsdMicros: number;
  /** Expected cost before. */
  readonly estimatedUsdMicros: number;
  /** PRISM usage record. */
  readonly usageId: string;
}

/** The job cost far more or less than it was expected to. */
export interface FineTuneCostVarianceDetected {
  /** Expected cost before. */
  readonly estimatedUsdMicros: number;
  /** Actual cost. */
  readonly actualUsdMicros: number;
  /** Actual minus expected. */
  readonly varianceUsdMicros: number;
  /** The same as a share of the expected cost; null when that is 0. */
  readonly varianceRatio: number | null;
  /** Share up to which nothing is said. */
  readonly toleranceRatio: number;
}

/** The job waits before it is sent to the provider: for others to end, or for an approval that holds long enough to be used. */
export interface FineTuneDeferred {
  /** Which limit is reached, or what is wrong with the approvals. */
  readonly code: 'TENANT_LIMIT' | 'PROVIDER_LIMIT' | 'APPROVAL_EXPIRES_EARLY';
  /** What is waited for. */
  readonly message: string;
}

/** The provider had more than one job for this one; the oldest was kept. */
export interface FineTuneDuplicateCanceled {
  /** The oldest. */
  readonly keptProviderJobId: string;
  /** One too many, canceled or ended by itself. */
  readonly canceledProviderJobId: string;
  /** Its status after that, as the provider names it. */
  readonly providerStatus: string;
}

/** The job ended without a model. */
export interface FineTuneFailed {
  /** Stable cause code. */
  readonly code: string;
  /** What happened, sanitised. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** The provider’s own message, sanitised. */
  readonly providerMessage: string | null;
  /** Rows of the file that the provider named, from 1. */
  readonly rows: readonly number[];
  /** What the provider said until then, with the loss curve: JSON, encrypted. Null in older events, and when nothing could be read. */
  readonly mirrorObject: ObjectRef | null;
  /** What the provider says was trained until then, which it bills; null when it does not say. */
  readonly trainedTokens: number | null;
}

/** Somebody asked the job to stop for a while. */
export interface FineTunePauseRequested {
  /** Why. */
  readonly reason: string;
}

/** The job is paused at the provider. */
export interface FineTunePaused {
  /** Status as the provider names it. */
  readonly providerStatus: string;
}

/** What the provider says of the running job. */
export interface FineTuneProgressed {
  /** Status as the provider names it. */
  readonly providerStatus: string;
  /** Training step. */
  readonly step: number | null;
  /** All steps. */
  readonly totalSteps: number | null;
  /** Training loss. */
  readonly trainLoss: number | null;
  /** Validation loss. */
  readonly validLoss: number | null;
  /** When the provider thinks that it ends, ISO 8601. */
  readonly estimatedFinish: string | null;
  /** What the provider said until then, with the loss curve: JSON, encrypted. Null in older events, and when nothing could be read. */
  readonly mirrorObject: ObjectRef | null;
}

/** The job’s training data is gone from the provider. */
export interface FineTuneProviderFilesDeleted {
  /** Files that were deleted, as the provider names them. */
  readonly fileIds: readonly string[];
  /** Why. */
  readonly reason: 'job_ended' | 'dataset_erased';
}

/** The price moved between the request and the submit. */
export interface FineTuneReestimated {
  /** Estimate at the price of the day. */
  readonly estimate: CostEstimate;
  /** High end before. */
  readonly previousHighUsdMicros: number;
}

/** A fine-tune job was asked for on exactly these bytes. */
export interface FineTuneRequested {
  /** Project. */
  readonly projectId: string;
  /** Training method. */
  readonly method: 'supervised' | 'dpo';
  /** Provider model to start from. */
  readonly baseModel: string;
  /** Training dataset. */
  readonly datasetId: string;
  /** Training rows by hash. */
  readonly trainObject: ObjectRef;
  /** Validation rows by hash. */
  readonly validationObject: ObjectRef | null;
  /** Hyperparameters. */
  readonly hyperparameters: Hyperparameters;
  /** Model name suffix. */
  readonly suffix: string | null;
  /** Training seed. */
  readonly seed: number | null;
  /** Estimated cost. */
  readonly estimate: CostEstimate;
  /** Above it PRISM must approve first. */
  readonly costThresholdUsdMicros: number;
  /** When it cannot be known whether a job was made. */
  readonly ambiguityPolicy: 'operator' | 'resubmit';
  /** Dataset of the validation rows, when it is another than the training dataset. */
  readonly validationDatasetId: string | null;
  /** Who let training rows stay that an eval suite asks, too; null when there are none. */
  readonly contaminationApprovedBy: string | null;
  /** YYYY-MM, UTC: the month of the project's budget that its money is held of. Null in older events. */
  readonly budgetMonth: string | null;
}

/** Somebody asked the job to go on. */
export interface FineTuneResumeRequested {
  /** Why. */
  readonly reason: string;
}

/** The job goes on at the provider. */
export interface FineTuneResumed {
  /** Status as the provider names it. */
  readonly providerStatus: string;
}

/** The next thing is the paid request, exactly this one. */
export interface FineTuneSubmitIntended {
  /** From 1. */
  readonly attempt: number;
  /** SHA-256 of the canonical request body. */
  readonly requestSha256: string;
  /** Uploaded file. */
  readonly trainingFileId: string;
  /** Uploaded file. */
  readonly validationFileId: string | null;
}

/** The provider said no to the paid request, and made nothing: it may be sent again as the next attempt. */
export interface FineTuneSubmitRefused {
  /** The attempt that was refused. */
  readonly attempt: number;
  /** What kind of refusal, such as rate_limit. */
  readonly kind: string;
  /** The provider’s own code. */
  readonly code: string;
}

/** An operator decided what to do about a submit of which it cannot be known whether the provider has the job. */
export interface FineTuneSubmitResolved {
  /** The attempt that was ambiguous. */
  readonly attempt: number;
  /** What to do. */
  readonly decision: 'resubmit' | 'adopt' | 'fail';
  /** The job to adopt. */
  readonly providerJobId: string | null;
  /** Why. */
  readonly reason: string;
}

/** The provider has the job. */
export interface FineTuneSubmitted {
  /** The attempt that made it. */
  readonly attempt: number;
  /** Job id at the provider. */
  readonly providerJobId: string;
  /** Found by listing, after an answer was lost. */
  readonly adopted: boolean;
}

/** The provider made a model. */
export interface FineTuneSucceeded {
  /** The model. */
  readonly providerModelId: string;
  /** Billed tokens. */
  readonly trainedTokens: number;
  /** As resolved by the provider. */
  readonly hyperparameters: Hyperparameters;
  /** Loss curve and provider events, JSON, encrypted. */
  readonly curveObject: ObjectRef;
  /** Checkpoints. */
  readonly checkpoints: readonly FineTuneCheckpoint[];
  /** Null when there is none to pick, and in events from before the rule. */
  readonly selectedCheckpoint: CheckpointChoice | null;
  /** The provider does not name the tokens: then trainedTokens is 0 and says nothing. False in older events. */
  readonly tokensUnknown: boolean;
}

/** A governance question and its answer, on the stream it concerns. */
export interface GateAnswered {
  /** Action asked about. */
  readonly gate: string;
  /** Answer. */
  readonly decision: 'allow' | 'deny';
  /** Decision id of the Orchestrator. */
  readonly decisionId: string;
  /** Why. */
  readonly reasons: readonly Reason[];
  /** Policy version. */
  readonly policyVersion: string;
}

/** The score of one grader over all cases. */
export interface GraderScore {
  /** Name of the grader. */
  readonly grader: string;
  /** Mean over cases, 0..1. */
  readonly score: number;
  /** Lower bound of the 95 % confidence interval. */
  readonly ciLow: number;
  /** Upper bound of the 95 % confidence interval. */
  readonly ciHigh: number;
  /** Cases graded. */
  readonly n: number;
}

/** How an answer is scored. */
export interface GraderSpec {
  /** Slug, unique in the suite. */
  readonly name: string;
  /** Kind of grader. */
  readonly kind: 'string_check' | 'text_similarity';
  /** Configuration as canonical JSON. */
  readonly configJson: string;
}

/** Null means auto: the provider decides. */
export interface Hyperparameters {
  /** 1..50. */
  readonly nEpochs: number | null;
  /** 1..256. */
  readonly batchSize: number | null;
  /** > 0. */
  readonly learningRateMultiplier: number | null;
  /** DPO only, (0,2]. */
  readonly beta: number | null;
}

/** What people call the resource, and what they note about it: names for people, which no rule looks at. */
export interface LabelsSet {
  /** What people call it, scanned and sanitised by TRiSM; null when it has none, or one of its own. */
  readonly name: string | null;
  /** What it is for, scanned and sanitised by TRiSM. */
  readonly description: string | null;
  /** Pairs of the caller's own, by key. */
  readonly metadata: readonly MetadataPair[];
}

/** A pair of the caller's own. */
export interface MetadataPair {
  /** The key, once in a resource. */
  readonly key: string;
  /** The value, scanned and sanitised by TRiSM. */
  readonly value: string;
}

/** The provider will shut the model down. */
export interface ModelEndOfLifeAnnounced {
  /** ISO date. */
  readonly shutdownDate: string;
  /** Where it was read. */
  readonly source: string;
}

/** The shutdown of the model has come nearer than a limit. */
export interface ModelEndOfLifeWarned {
  /** ISO date. */
  readonly shutdownDate: string;
  /** The limit: 180, 90 or 30. */
  readonly withinDays: number;
}

/** Which model a run asks. */
export interface ModelRef {
  /** Kind of reference. */
  readonly type: 'base_model' | 'ft_model_version' | 'provider_model_id';
  /** Model name, model version id or provider model id. */
  readonly value: string;
}

/** The version is no longer live for a target. */
export interface ModelVersionDemoted {
  /** Target. */
  readonly target: PromotionTarget;
  /** Why. */
  readonly reason: 'superseded' | 'rolled_back' | 'overridden';
}

/** An eval run of this model was completed. */
export interface ModelVersionEvaluated {
  /** The run. */
  readonly evalRunId: string;
  /** Its suite. */
  readonly suiteId: string;
  /** Version of the suite. */
  readonly suiteVersion: number;
  /** Primary score. */
  readonly score: number;
  /** Lower 95 % bound. */
  readonly ciLow: number;
  /** Upper 95 % bound. */
  readonly ciHigh: number;
  /** Run compared with. */
  readonly baselineRunId: string | null;
  /** Non-inferiority verdict. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | null;
  /** SHA-256 of the results object. */
  readonly resultsSha256: string;
}

/** The version is live for a target. */
export interface ModelVersionPromoted {
  /** Promotion; null for an admin override. */
  readonly promotionId: string | null;
  /** Target. */
  readonly target: PromotionTarget;
}

/** A model version is a candidate. */
export interface ModelVersionRegistered {
  /** Project. */
  readonly projectId: string;
  /** Where it comes from. */
  readonly origin: 'ft_job' | 'external';
  /** Job that made it. */
  readonly ftJobId: string | null;
  /** Dataset it was trained on. */
  readonly datasetId: string | null;
  /** Base model. */
  readonly baseModel: string;
  /** Model id at the provider. */
  readonly providerModelId: string;
  /** The checkpoint that it is, and why that one; null for a model that is not one of several. */
  readonly selection: CheckpointChoice | null;
}

/** The version must not be used any more. */
export interface ModelVersionRetired {
  /** Why. */
  readonly reason: string;
}

/** An immutable object in the object store. */
export interface ObjectRef {
  /** s3:// URI. */
  readonly uri: string;
  /** SHA-256 of the stored (encrypted) bytes, hex. */
  readonly sha256: string;
  /** Size of the stored bytes. */
  readonly bytes: number;
}

/** A promotion made a version live. */
export interface PointerMoved {
  /** Project. */
  readonly projectId: string;
  /** Target. */
  readonly target: PromotionTarget;
  /** Live now. */
  readonly modelVersionId: string;
  /** Its id at the provider. */
  readonly providerModelId: string;
  /** Live before. */
  readonly previousModelVersionId: string | null;
  /** The promotion. */
  readonly promotionId: string;
}

/** An admin set the pointer by hand. */
export interface PointerOverridden {
  /** Project. */
  readonly projectId: string;
  /** Target. */
  readonly target: PromotionTarget;
  /** Live now. */
  readonly modelVersionId: string;
  /** Its id at the provider. */
  readonly providerModelId: string;
  /** Live before. */
  readonly previousModelVersionId: string | null;
  /** Why, sanitised. */
  readonly reason: string;
}

/** A rollback brought the earlier version back. */
export interface PointerRolledBack {
  /** Live now; null when there was none before. */
  readonly modelVersionId: string | null;
  /** Its id at the provider. */
  readonly providerModelId: string | null;
  /** Live before. */
  readonly fromModelVersionId: string;
  /** The promotion that was undone. */
  readonly promotionId: string;
}

/** The tenant’s own prices are exactly these from now on; where there is none, the default holds. */
export interface PriceBookRevised {
  /** All rows of the tenant’s book. */
  readonly rows: readonly PriceRow[];
}

/** What a million tokens of a model cost from a day on. */
export interface PriceRow {
  /** Start of the names of the models that it is the price of; the longest that fits wins. */
  readonly model: string;
  /** Which tokens. */
  readonly kind: 'training' | 'input' | 'output';
  /** Price of a million tokens, in millionths of a US dollar. */
  readonly usdMicrosPerMillion: number;
  /** First day of the price, YYYY-MM-DD, UTC. */
  readonly effectiveFrom: string;
  /** Where it was read, and when. */
  readonly source: string;
  /** What else is to be known of it. */
  readonly note: string | null;
}

/** A second principal approved exactly this model on exactly this evidence. */
export interface PromotionApproved {
  /** The version. */
  readonly modelVersionId: string;
  /** SHA-256 of the canonical evidence. */
  readonly evidenceSha256: string;
  /** Who asked. */
  readonly requestedBy: string;
  /** Who approved. */
  readonly approvedBy: string;
  /** Version that was live before. */
  readonly previousModelVersionId: string | null;
}

/** A gate said no. */
export interface PromotionBlocked {
  /** The gate that said no. */
  readonly gate: string;
  /** Why. */
  readonly reasons: readonly Reason[];
}

/** A principal said no. */
export interface PromotionRejected {
  /** Who. */
  readonly rejectedBy: string;
  /** Why, sanitised. */
  readonly reason: string;
}

/** Somebody asked to make a model version live. */
export interface PromotionRequested {
  /** Project. */
  readonly projectId: string;
  /** The version. */
  readonly modelVersionId: string;
  /** Target. */
  readonly target: PromotionTarget;
  /** Lower bound for the score. */
  readonly minEvalScore: number;
  /** Notes, scanned and sanitised by TRiSM. */
  readonly notes: string | null;
  /** The eval run it rests on; null when there is none, and then it is blocked. */
  readonly evidence: EvalEvidence | null;
}

/** The promotion was undone. */
export interface PromotionRolledBack {
  /** Who. */
  readonly rolledBackBy: string;
  /** Why, sanitised. */
  readonly reason: string;
  /** Version that is live again. */
  readonly restoredModelVersionId: string | null;
}

/** Where a model version goes live. */
export interface PromotionTarget {
  /** Kind of the target. */
  readonly type: 'assistant' | 'project' | 'global';
  /** Id of the assistant or project; "*" for global. */
  readonly value: string;
}

/** A model is to be evaluated again and again. */
export interface ReEvalScheduled {
  /** Project. */
  readonly projectId: string;
  /** Suite. */
  readonly suiteId: string;
  /** Whose live model. */
  readonly target: PromotionTarget;
  /** Cron expression. */
  readonly cron: string;
  /** IANA time zone. */
  readonly timeZone: string;
  /** Policy. */
  readonly policy: RegressionPolicy;
}

/** A scheduled run was started. */
export interface ReEvalTriggered {
  /** The run. */
  readonly evalRunId: string;
  /** When it was due, ISO 8601. */
  readonly scheduledFor: string;
}

/** The schedule ended. */
export interface ReEvalUnscheduled {
  /** Why. */
  readonly reason: string;
}

/** One reason of a refusal. */
export interface Reason {
  /** Stable code, SCREAMING_CASE. */
  readonly code: string;
  /** What it means, for people. */
  readonly message: string;
}

/** The live model got worse beyond chance. */
export interface RegressionDetected {
  /** The run. */
  readonly evalRunId: string;
  /** Compared with. */
  readonly baselineRunId: string;
  /** Run minus baseline. */
  readonly difference: number;
  /** Lower 95 % bound. */
  readonly ciLow: number;
  /** Upper 95 % bound. */
  readonly ciHigh: number;
  /** Two-sided p. */
  readonly pValue: number;
}

/** When a drop is a regression. */
export interface RegressionPolicy {
  /** Largest drop that is no regression. */
  readonly margin: number;
  /** Error rate of the test. */
  readonly alpha: number;
  /** Roll back without asking. */
  readonly autoRollback: boolean;
}

/** How rows are divided. */
export interface SplitRecipe {
  /** Share of validation rows, 0..0.5. */
  readonly validationFraction: number;
  /** How. */
  readonly by: 'random' | 'stratified' | 'grouped' | 'time';
  /** Seed. */
  readonly seed: number;
}

/** Every data key of the tenant was destroyed: its objects are unreadable everywhere. */
export interface TenantErased {
  /** Who asked. */
  readonly requestedBy: string;
  /** Who confirmed. */
  readonly confirmedBy: string;
  /** Why. */
  readonly reason: string;
  /** How many data keys the tenant ever had; none of them is left. */
  readonly dataKeys: number;
}

/** Two people want the tenant erased: from now on it can begin nothing new and nobody reads its objects; what runs is canceled, then its data keys are destroyed. */
export interface TenantErasureConfirmed {
  /** Who asked. */
  readonly requestedBy: string;
  /** Who confirmed; never the one who asked. */
  readonly confirmedBy: string;
  /** Why. */
  readonly reason: string;
}

/** Somebody asked for everything of the tenant to be erased. Nothing happens until somebody else confirms it. */
export interface TenantErasureRequested {
  /** Why. */
  readonly reason: string;
}

/** Technical: a writer took this partition. Own key, no tenant, no seq; readers skip it. */
export interface WriterClaimed {
  /** Partition. */
  readonly partition: number;
  /** Instance id. */
  readonly instance: string;
  /** Internal address of the instance. */
  readonly address: string;
  /** Unique id of the claim. */
  readonly claimId: string;
  /** When. */
  readonly claimedAt: number;
}

/** Every event of the log: its name and what it says. */
export type FtmEvent =
  | { readonly type: 'CommandRefused'; readonly data: CommandRefused }
  | { readonly type: 'GateAnswered'; readonly data: GateAnswered }
  | { readonly type: 'LabelsSet'; readonly data: LabelsSet }
  | { readonly type: 'BudgetSet'; readonly data: BudgetSet }
  | { readonly type: 'BudgetHoldPlaced'; readonly data: BudgetHoldPlaced }
  | { readonly type: 'BudgetHoldSettled'; readonly data: BudgetHoldSettled }
  | { readonly type: 'DatasetBlocked'; readonly data: DatasetBlocked }
  | { readonly type: 'DatasetContaminationOverridden'; readonly data: DatasetContaminationOverridden }
  | { readonly type: 'DatasetContaminationOverrideRequested'; readonly data: DatasetContaminationOverrideRequested }
  | { readonly type: 'DatasetErased'; readonly data: DatasetErased }
  | { readonly type: 'DatasetErasureRequested'; readonly data: DatasetErasureRequested }
  | { readonly type: 'DatasetFailed'; readonly data: DatasetFailed }
  | { readonly type: 'DatasetProgressed'; readonly data: DatasetProgressed }
  | { readonly type: 'DatasetRequested'; readonly data: DatasetRequested }
  | { readonly type: 'DatasetSanitizationStarted'; readonly data: DatasetSanitizationStarted }
  | { readonly type: 'DatasetSanitized'; readonly data: DatasetSanitized }
  | { readonly type: 'EvalRunBlocked'; readonly data: EvalRunBlocked }
  | { readonly type: 'EvalRunCanceled'; readonly data: EvalRunCanceled }
  | { readonly type: 'EvalRunCompleted'; readonly data: EvalRunCompleted }
  | { readonly type: 'EvalRunFailed'; readonly data: EvalRunFailed }
  | { readonly type: 'EvalRunRequested'; readonly data: EvalRunRequested }
  | { readonly type: 'EvalRunStarted'; readonly data: EvalRunStarted }
  | { readonly type: 'EvalSuiteCreated'; readonly data: EvalSuiteCreated }
  | { readonly type: 'EvalSuiteVersionPublished'; readonly data: EvalSuiteVersionPublished }
  | { readonly type: 'FineTuneBlocked'; readonly data: FineTuneBlocked }
  | { readonly type: 'FineTuneCancelRequested'; readonly data: FineTuneCancelRequested }
  | { readonly type: 'FineTuneCanceled'; readonly data: FineTuneCanceled }
  | { readonly type: 'FineTuneCostApprovalExpired'; readonly data: FineTuneCostApprovalExpired }
  | { readonly type: 'FineTuneCostApprovalRequested'; readonly data: FineTuneCostApprovalRequested }
  | { readonly type: 'FineTuneCostApproved'; readonly data: FineTuneCostApproved }
  | { readonly type: 'FineTuneCostRecorded'; readonly data: FineTuneCostRecorded }
  | { readonly type: 'FineTuneCostVarianceDetected'; readonly data: FineTuneCostVarianceDetected }
  | { readonly type: 'FineTuneDeferred'; readonly data: FineTuneDeferred }
  | { readonly type: 'FineTuneDuplicateCanceled'; readonly data: FineTuneDuplicateCanceled }
  | { readonly type: 'FineTuneFailed'; readonly data: FineTuneFailed }
  | { readonly type: 'FineTunePauseRequested'; readonly data: FineTunePauseRequested }
  | { readonly type: 'FineTunePaused'; readonly data: FineTunePaused }
  | { readonly type: 'FineTuneProgressed'; readonly data: FineTuneProgressed }
  | { readonly type: 'FineTuneProviderFilesDeleted'; readonly data: FineTuneProviderFilesDeleted }
  | { readonly type: 'FineTuneReestimated'; readonly data: FineTuneReestimated }
  | { readonly type: 'FineTuneRequested'; readonly data: FineTuneRequested }
  | { readonly type: 'FineTuneResumeRequested'; readonly data: FineTuneResumeRequested }
  | { readonly type: 'FineTuneResumed'; readonly data: FineTuneResumed }
  | { readonly type: 'FineTuneSubmitIntended'; readonly data: FineTuneSubmitIntended }
  | { readonly type: 'FineTuneSubmitRefused'; readonly data: FineTuneSubmitRefused }
  | { readonly type: 'FineTuneSubmitResolved'; readonly data: FineTuneSubmitResolved }
  | { readonly type: 'FineTuneSubmitted'; readonly data: FineTuneSubmitted }
  | { readonly type: 'FineTuneSucceeded'; readonly data: FineTuneSucceeded }
  | { readonly type: 'ModelEndOfLifeAnnounced'; readonly data: ModelEndOfLifeAnnounced }
  | { readonly type: 'ModelEndOfLifeWarned'; readonly data: ModelEndOfLifeWarned }
  | { readonly type: 'ModelVersionDemoted'; readonly data: ModelVersionDemoted }
  | { readonly type: 'ModelVersionEvaluated'; readonly data: ModelVersionEvaluated }
  | { readonly type: 'ModelVersionPromoted'; readonly data: ModelVersionPromoted }
  | { readonly type: 'ModelVersionRegistered'; readonly data: ModelVersionRegistered }
  | { readonly type: 'ModelVersionRetired'; readonly data: ModelVersionRetired }
  | { readonly type: 'PriceBookRevised'; readonly data: PriceBookRevised }
  | { readonly type: 'PointerMoved'; readonly data: PointerMoved }
  | { readonly type: 'PointerOverridden'; readonly data: PointerOverridden }
  | { readonly type: 'PointerRolledBack'; readonly data: PointerRolledBack }
  | { readonly type: 'PromotionApproved'; readonly data: PromotionApproved }
  | { readonly type: 'PromotionBlocked'; readonly data: PromotionBlocked }
  | { readonly type: 'PromotionRejected'; readonly data: PromotionRejected }
  | { readonly type: 'PromotionRequested'; readonly data: PromotionRequested }
  | { readonly type: 'PromotionRolledBack'; readonly data: PromotionRolledBack }
  | { readonly type: 'ReEvalScheduled'; readonly data: ReEvalScheduled }
  | { readonly type: 'ReEvalTriggered'; readonly data: ReEvalTriggered }
  | { readonly type: 'ReEvalUnscheduled'; readonly data: ReEvalUnscheduled }
  | { readonly type: 'RegressionDetected'; readonly data: RegressionDetected }
  | { readonly type: 'TenantErased'; readonly data: TenantErased }
  | { readonly type: 'TenantErasureConfirmed'; readonly data: TenantErasureConfirmed }
  | { readonly type: 'TenantErasureRequested'; readonly data: TenantErasureRequested };

export type EventName = FtmEvent['type'];
export type EventData<N extends EventName> = Extract<FtmEvent, { type: N }>['data'];

export interface EventSchemaEntry { readonly aggregate: string; readonly fullName: string; readonly version: number; readonly schema: unknown }

/** All versions of all schemas, oldest first; the last of a name is the one that is written. */
export const EVENT_SCHEMAS: Readonly<Record<string, readonly EventSchemaEntry[]>> = {
 "CommandRefused": [
  {
   "aggregate": "any-stream",
   "fullName": "ftm.gate.CommandRefused",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "CommandRefused",
    "namespace": "ftm.gate",
    "doc": "A command was refused after its gates were asked, or because one person may not do it alone. It stands on the stream that the command was about, or on the tenant's own where there is none.",
    "fields": [
     {
      "name": "commandType",
      "type": "string",
      "doc": "Name of the command."
     },
     {
      "name": "stream",
      "type": "string",
      "doc": "The stream that the command was about."
     },
     {
      "name": "code",
      "type": "string",
      "doc": "Stable code of the refusal, SCREAMING_CASE."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What it means, for people."
     },
     {
      "name": "reasons",
      "type": [
       "null",
       {
        "type": "array",
        "items": {
         "type": "record",
         "name": "Reason",
         "namespace": "ftm",
         "doc": "One reason of a refusal.",
         "fields": [
          {
           "name": "code",
           "type": "string",
           "doc": "Stable code, SCREAMING_CASE."
          },
          {
           "name": "message",
           "type": "string",
           "doc": "What it means, for people."
          }
         ]
        }
       }
      ],
      "doc": "Reasons, of refusals that have some.",
      "default": null
     }
    ]
   }
  }
 ],
 "GateAnswered": [
  {
   "aggregate": "any-stream",
   "fullName": "ftm.gate.GateAnswered",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "GateAnswered",
    "namespace": "ftm.gate",
    "doc": "A governance question and its answer, on the stream it concerns.",
    "fields": [
     {
      "name": "gate",
      "type": "string",
      "doc": "Action asked about."
     },
     {
      "name": "decision",
      "type": {
       "type": "string",
       "ftm.values": [
        "allow",
        "deny"
       ]
      },
      "doc": "Answer."
     },
     {
      "name": "decisionId",
      "type": "string",
      "doc": "Decision id of the Orchestrator."
     },
     {
      "name": "reasons",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "Reason",
        "namespace": "ftm",
        "doc": "One reason of a refusal.",
        "fields": [
         {
          "name": "code",
          "type": "string",
          "doc": "Stable code, SCREAMING_CASE."
         },
         {
          "name": "message",
          "type": "string",
          "doc": "What it means, for people."
         }
        ]
       }
      },
      "doc": "Why."
     },
     {
      "name": "policyVersion",
      "type": "string",
      "doc": "Policy version."
     }
    ]
   }
  }
 ],
 "LabelsSet": [
  {
   "aggregate": "any-stream",
   "fullName": "ftm.label.LabelsSet",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "LabelsSet",
    "namespace": "ftm.label",
    "doc": "What people call the resource, and what they note about it: names for people, which no rule looks at.",
    "fields": [
     {
      "name": "name",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "What people call it, scanned and sanitised by TRiSM; null when it has none, or one of its own."
     },
     {
      "name": "description",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "What it is for, scanned and sanitised by TRiSM."
     },
     {
      "name": "metadata",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "MetadataPair",
        "namespace": "ftm",
        "doc": "A pair of the caller's own.",
        "fields": [
         {
          "name": "key",
          "type": "string",
          "doc": "The key, once in a resource."
         },
         {
          "name": "value",
          "type": "string",
          "doc": "The value, scanned and sanitised by TRiSM."
         }
        ]
       }
      },
      "doc": "Pairs of the caller's own, by key."
     }
    ]
   }
  }
 ],
 "BudgetSet": [
  {
   "aggregate": "budget",
   "fullName": "ftm.budget.BudgetSet",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "BudgetSet",
    "namespace": "ftm.budget",
    "doc": "What a project may spend on training in a month.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "monthlyUsdMicros",
      "type": [
       "null",
       "long"
      ],
      "default": null,
      "doc": "Limit of each calendar month (UTC); null is no limit."
     },
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "BudgetHoldPlaced": [
  {
   "aggregate": "budget-month",
   "fullName": "ftm.budget_month.BudgetHoldPlaced",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "BudgetHoldPlaced",
    "namespace": "ftm.budget_month",
    "doc": "Money of the month is kept for a job; one that is there for it already is replaced.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "ftJobId",
      "type": "string",
      "doc": "Fine-tune job."
     },
     {
      "name": "month",
      "type": "string",
      "doc": "YYYY-MM, UTC: the month in which the job was asked for."
     },
     {
      "name": "amountUsdMicros",
      "type": "long",
      "doc": "The high end of its estimate."
     }
    ]
   }
  }
 ],
 "BudgetHoldSettled": [
  {
   "aggregate": "budget-month",
   "fullName": "ftm.budget_month.BudgetHoldSettled",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "BudgetHoldSettled",
    "namespace": "ftm.budget_month",
    "doc": "The job has ended: what it cost is spent, the rest is free again.",
    "fields": [
     {
      "name": "ftJobId",
      "type": "string",
      "doc": "Fine-tune job."
     },
     {
      "name": "month",
      "type": "string",
      "doc": "YYYY-MM: the month of the hold."
     },
     {
      "name": "heldUsdMicros",
      "type": "long",
      "doc": "What was kept."
     },
     {
      "name": "actualUsdMicros",
      "type": [
       "null",
       "long"
      ],
      "default": null,
      "doc": "What is spent; null when the provider does not say what it has billed."
     }
    ]
   }
  }
 ],
 "DatasetBlocked": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetBlocked",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetBlocked",
    "namespace": "ftm.dataset",
    "doc": "A gate or the sanitiser refused the dataset.",
    "fields": [
     {
      "name": "gate",
      "type": "string",
      "doc": "The gate that said no."
     },
     {
      "name": "reasons",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "Reason",
        "namespace": "ftm",
        "doc": "One reason of a refusal.",
        "fields": [
         {
          "name": "code",
          "type": "string",
          "doc": "Stable code, SCREAMING_CASE."
         },
         {
          "name": "message",
          "type": "string",
          "doc": "What it means, for people."
         }
        ]
       }
      },
      "doc": "Why."
     }
    ]
   }
  },
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetBlocked",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "DatasetBlocked",
    "namespace": "ftm.dataset",
    "doc": "A gate or the sanitiser refused the dataset.",
    "fields": [
     {
      "name": "gate",
      "type": "string",
      "doc": "The gate that said no."
     },
     {
      "name": "reasons",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "Reason",
        "namespace": "ftm",
        "doc": "One reason of a refusal.",
        "fields": [
         {
          "name": "code",
          "type": "string",
          "doc": "Stable code, SCREAMING_CASE."
         },
         {
          "name": "message",
          "type": "string",
          "doc": "What it means, for people."
         }
        ]
       }
      },
      "doc": "Why."
     },
     {
      "name": "rejectionsObject",
      "type": [
       "null",
       {
        "type": "record",
        "name": "ObjectRef",
        "namespace": "ftm",
        "doc": "An immutable object in the object store.",
        "fields": [
         {
          "name": "uri",
          "type": "string",
          "doc": "s3:// URI."
         },
         {
          "name": "sha256",
          "type": "string",
          "doc": "SHA-256 of the stored (encrypted) bytes, hex."
         },
         {
          "name": "bytes",
          "type": "long",
          "doc": "Size of the stored bytes."
         }
        ]
       }
      ],
      "default": null,
      "doc": "Rows that were rejected until then, with causes."
     }
    ]
   }
  }
 ],
 "DatasetContaminationOverridden": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetContaminationOverridden",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetContaminationOverridden",
    "namespace": "ftm.dataset",
    "doc": "Two people decided that contaminated rows may stay: the building goes on with them.",
    "fields": [
     {
      "name": "requestedBy",
      "type": "string",
      "doc": "Who asked."
     },
     {
      "name": "approvedBy",
      "type": "string",
      "doc": "Who approved; never the one who asked."
     },
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "DatasetContaminationOverrideRequested": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetContaminationOverrideRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetContaminationOverrideRequested",
    "namespace": "ftm.dataset",
    "doc": "Somebody asked for a dataset to be built though an eval suite asks what it teaches. Somebody else must approve.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "DatasetErased": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetErased",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetErased",
    "namespace": "ftm.dataset",
    "doc": "The data key was destroyed: the bytes are unreadable everywhere.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     },
     {
      "name": "dataKeyId",
      "type": "string",
      "doc": "The destroyed key."
     }
    ]
   }
  },
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetErased",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "DatasetErased",
    "namespace": "ftm.dataset",
    "doc": "The data key was destroyed: the bytes are unreadable everywhere.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     },
     {
      "name": "dataKeyId",
      "type": "string",
      "doc": "The destroyed key."
     },
     {
      "name": "uploadDataKeyId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "The key of what was uploaded for it, destroyed too; null when nothing was, or that had no key."
     }
    ]
   }
  }
 ],
 "DatasetErasureRequested": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetErasureRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetErasureRequested",
    "namespace": "ftm.dataset",
    "doc": "Somebody asked for the dataset to be erased: from now on nobody reads it, and its data key is destroyed as soon as possible.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "DatasetFailed": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetFailed",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetFailed",
    "namespace": "ftm.dataset",
    "doc": "The dataset could not be built.",
    "fields": [
     {
      "name": "code",
      "type": "string",
      "doc": "Stable cause code."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What happened, sanitised."
     },
     {
      "name": "remedy",
      "type": "string",
      "doc": "What to do about it."
     },
     {
      "name": "retryable",
      "type": "boolean",
      "doc": "Whether the same request may succeed later."
     }
    ]
   }
  },
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetFailed",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "DatasetFailed",
    "namespace": "ftm.dataset",
    "doc": "The dataset could not be built.",
    "fields": [
     {
      "name": "code",
      "type": "string",
      "doc": "Stable cause code."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What happened, sanitised."
     },
     {
      "name": "remedy",
      "type": "string",
      "doc": "What to do about it."
     },
     {
      "name": "retryable",
      "type": "boolean",
      "doc": "Whether the same request may succeed later."
     },
     {
      "name": "rejectionsObject",
      "type": [
       "null",
       {
        "type": "record",
        "name": "ObjectRef",
        "namespace": "ftm",
        "doc": "An immutable object in the object store.",
        "fields": [
         {
          "name": "uri",
          "type": "string",
          "doc": "s3:// URI."
         },
         {
          "name": "sha256",
          "type": "string",
          "doc": "SHA-256 of the stored (encrypted) bytes, hex."
         },
         {
          "name": "bytes",
          "type": "long",
          "doc": "Size of the stored bytes."
         }
        ]
       }
      ],
      "default": null,
      "doc": "Rows that were rejected until then, with causes."
     }
    ]
   }
  }
 ],
 "DatasetProgressed": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetProgressed",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetProgressed",
    "namespace": "ftm.dataset",
    "doc": "How far the building has come. Told ever more seldom, so that a large dataset does not fill the log.",
    "fields": [
     {
      "name": "stage",
      "type": {
       "type": "string",
       "ftm.values": [
        "ingesting",
        "analysing",
        "writing"
       ]
      },
      "doc": "What is being done."
     },
     {
      "name": "rowsRead",
      "type": "long",
      "doc": "Rows read from the source."
     },
     {
      "name": "rowsRejected",
      "type": "long",
      "doc": "Rows rejected until then."
     }
    ]
   }
  },
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetProgressed",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "DatasetProgressed",
    "namespace": "ftm.dataset",
    "doc": "How far the building has come. Told ever more seldom, so that a large dataset does not fill the log.",
    "fields": [
     {
      "name": "stage",
      "type": {
       "type": "string",
       "ftm.values": [
        "ingesting",
        "analysing",
        "deduplicating",
        "splitting",
        "writing"
       ]
      },
      "doc": "What is being done."
     },
     {
      "name": "rowsRead",
      "type": "long",
      "doc": "Rows read from the source."
     },
     {
      "name": "rowsRejected",
      "type": "long",
      "doc": "Rows rejected until then."
     }
    ]
   }
  }
 ],
 "DatasetRequested": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetRequested",
    "namespace": "ftm.dataset",
    "doc": "A dataset was asked for and its recipe fixed.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "assistantId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Only traces of this assistant."
     },
     {
      "name": "name",
      "type": "string",
      "doc": "Slug."
     },
     {
      "name": "source",
      "type": {
       "type": "record",
       "name": "DatasetSource",
       "namespace": "ftm",
       "doc": "Where rows come from.",
       "fields": [
        {
         "name": "kind",
         "type": {
          "type": "string",
          "ftm.values": [
           "orchestrator_traces",
           "upload",
           "dataset"
          ]
         },
         "doc": "Kind of source."
        },
        {
         "name": "from",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Earliest trace time, ISO 8601."
        },
        {
         "name": "to",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Latest trace time, exclusive, ISO 8601."
        },
        {
         "name": "outcome",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Only traces with this outcome."
        },
        {
         "name": "tags",
         "type": {
          "type": "array",
          "items": "string"
         },
         "doc": "Only traces with all of these tags."
        },
        {
         "name": "limit",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "At most so many traces."
        },
        {
         "name": "datasetId",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Source dataset, for kind dataset."
        }
       ]
      },
      "doc": "Source."
     },
     {
      "name": "outputFormat",
      "type": {
       "type": "string",
       "ftm.values": [
        "jsonl_chat",
        "jsonl_prompt_completion",
        "jsonl_preference"
       ]
      },
      "doc": "Format of the rows."
     },
     {
      "name": "dedup",
      "type": {
       "type": "record",
       "name": "DedupRecipe",
       "namespace": "ftm",
       "doc": "How duplicates are found.",
       "fields": [
        {
         "name": "exact",
         "type": "boolean",
         "doc": "Drop rows that are equal in canonical form."
        },
        {
         "name": "near",
         "type": "boolean",
         "doc": "Drop near-duplicates."
        },
        {
         "name": "nearThreshold",
         "type": "double",
         "doc": "Jaccard similarity from which rows count as near-duplicates."
        }
       ]
      },
      "doc": "Deduplication."
     },
     {
      "name": "split",
      "type": {
       "type": "record",
       "name": "SplitRecipe",
       "namespace": "ftm",
       "doc": "How rows are divided.",
       "fields": [
        {
         "name": "validationFraction",
         "type": "double",
         "doc": "Share of validation rows, 0..0.5."
        },
        {
         "name": "by",
         "type": {
          "type": "string",
          "ftm.values": [
           "random",
           "stratified",
           "grouped",
           "time"
          ]
         },
         "doc": "How."
        },
        {
         "name": "seed",
         "type": "long",
         "doc": "Seed."
        }
       ]
      },
      "doc": "Split."
     },
     {
      "name": "evalSuiteIds",
      "type": {
       "type": "array",
       "items": "string"
      },
      "doc": "Suites checked for contamination."
     },
     {
      "name": "sanitizerProfile",
      "type": "string",
      "doc": "TRiSM profile."
     },
     {
      "name": "recipeSha256",
      "type": "string",
      "doc": "SHA-256 of the canonical recipe."
     },
     {
      "name": "rebuildOf",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Dataset that this one rebuilds."
     }
    ]
   }
  },
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetRequested",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "DatasetRequested",
    "namespace": "ftm.dataset",
    "doc": "A dataset was asked for and its recipe fixed.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "assistantId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Only traces of this assistant."
     },
     {
      "name": "name",
      "type": "string",
      "doc": "Slug."
     },
     {
      "name": "source",
      "type": {
       "type": "record",
       "name": "DatasetSource",
       "namespace": "ftm",
       "doc": "Where rows come from.",
       "fields": [
        {
         "name": "kind",
         "type": {
          "type": "string",
          "ftm.values": [
           "orchestrator_traces",
           "upload",
           "dataset"
          ]
         },
         "doc": "Kind of source."
        },
        {
         "name": "from",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Earliest trace time, ISO 8601."
        },
        {
         "name": "to",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Latest trace time, exclusive, ISO 8601."
        },
        {
         "name": "outcome",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Only traces with this outcome."
        },
        {
         "name": "tags",
         "type": {
          "type": "array",
          "items": "string"
         },
         "doc": "Only traces with all of these tags."
        },
        {
         "name": "limit",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "At most so many traces."
        },
        {
         "name": "datasetId",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Source dataset, for kind dataset."
        },
        {
         "name": "datasetIds",
         "type": {
          "type": "array",
          "items": "string"
         },
         "default": [],
         "doc": "Source datasets, for kind dataset: their rows one after the other."
        },
        {
         "name": "sampleFraction",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "Only such a share of the rows, chosen by seed and content."
        },
        {
         "name": "uploadId",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "For kind upload."
        },
        {
         "name": "uploadObject",
         "type": [
          "null",
          {
           "type": "record",
           "name": "ObjectRef",
           "namespace": "ftm",
           "doc": "An immutable object in the object store.",
           "fields": [
            {
             "name": "uri",
             "type": "string",
             "doc": "s3:// URI."
            },
            {
             "name": "sha256",
             "type": "string",
             "doc": "SHA-256 of the stored (encrypted) bytes, hex."
            },
            {
             "name": "bytes",
             "type": "long",
             "doc": "Size of the stored bytes."
            }
           ]
          }
         ],
         "default": null,
         "doc": "Manifest of the upload."
        }
       ]
      },
      "doc": "Source."
     },
     {
      "name": "outputFormat",
      "type": {
       "type": "string",
       "ftm.values": [
        "jsonl_chat",
        "jsonl_prompt_completion",
        "jsonl_preference"
       ]
      },
      "doc": "Format of the rows."
     },
     {
      "name": "dedup",
      "type": {
       "type": "record",
       "name": "DedupRecipe",
       "namespace": "ftm",
       "doc": "How duplicates are found.",
       "fields": [
        {
         "name": "exact",
         "type": "boolean",
         "doc": "Drop rows that are equal in canonical form."
        },
        {
         "name": "near",
         "type": "boolean",
         "doc": "Drop near-duplicates."
        },
        {
         "name": "nearThreshold",
         "type": "double",
         "doc": "Jaccard similarity from which rows count as near-duplicates."
        },
        {
         "name": "semanticThreshold",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "Cosine similarity of embeddings from which rows count as duplicates; null: not looked at."
        }
       ]
      },
      "doc": "Deduplication."
     },
     {
      "name": "split",
      "type": {
       "type": "record",
       "name": "SplitRecipe",
       "namespace": "ftm",
       "doc": "How rows are divided.",
       "fields": [
        {
         "name": "validationFraction",
         "type": "double",
         "doc": "Share of validation rows, 0..0.5."
        },
        {
         "name": "by",
         "type": {
          "type": "string",
          "ftm.values": [
           "random",
           "stratified",
           "grouped",
           "time"
          ]
         },
         "doc": "How."
        },
        {
         "name": "seed",
         "type": "long",
         "doc": "Seed."
        }
       ]
      },
      "doc": "Split."
     },
     {
      "name": "evalSuiteIds",
      "type": {
       "type": "array",
       "items": "string"
      },
      "doc": "Suites checked for contamination."
     },
     {
      "name": "sanitizerProfile",
      "type": "string",
      "doc": "TRiSM profile."
     },
     {
      "name": "recipeSha256",
      "type": "string",
      "doc": "SHA-256 of the canonical recipe."
     },
     {
      "name": "rebuildOf",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Dataset that this one rebuilds."
     },
     {
      "name": "contamination",
      "type": {
       "type": "record",
       "name": "ContaminationRecipe",
       "namespace": "ftm",
       "doc": "What is done about rows that an eval suite asks, too.",
       "fields": [
        {
         "name": "policy",
         "type": {
          "type": "string",
          "ftm.values": [
           "block",
           "drop"
          ]
         },
         "doc": "Block the dataset, or drop the rows."
        },
        {
         "name": "threshold",
         "type": "double",
         "doc": "Similarity from which a row counts as a case; 1: equal ones only."
        }
       ]
      },
      "default": {
       "policy": "drop",
       "threshold": 1
      },
      "doc": "Contamination gate."
     },
     {
      "name": "images",
      "type": {
       "type": "string",
       "ftm.values": [
        "refused",
        "allowed"
       ]
      },
      "default": "refused",
      "doc": "Whether rows may have images."
     },
     {
      "name": "targetModel",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Base model that it is meant for: decides how tokens are counted and where rows are cut."
     }
    ]
   }
  },
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetRequested",
   "version": 3,
   "schema": {
    "type": "record",
    "name": "DatasetRequested",
    "namespace": "ftm.dataset",
    "doc": "A dataset was asked for and its recipe fixed.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "assistantId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Only traces of this assistant."
     },
     {
      "name": "name",
      "type": "string",
      "doc": "Slug."
     },
     {
      "name": "source",
      "type": {
       "type": "record",
       "name": "DatasetSource",
       "namespace": "ftm",
       "doc": "Where rows come from.",
       "fields": [
        {
         "name": "kind",
         "type": {
          "type": "string",
          "ftm.values": [
           "orchestrator_traces",
           "upload",
           "dataset"
          ]
         },
         "doc": "Kind of source."
        },
        {
         "name": "from",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Earliest trace time, ISO 8601."
        },
        {
         "name": "to",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Latest trace time, exclusive, ISO 8601."
        },
        {
         "name": "outcome",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Only traces with this outcome."
        },
        {
         "name": "tags",
         "type": {
          "type": "array",
          "items": "string"
         },
         "doc": "Only traces with all of these tags."
        },
        {
         "name": "limit",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "At most so many traces."
        },
        {
         "name": "datasetId",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "Source dataset, for kind dataset."
        },
        {
         "name": "datasetIds",
         "type": {
          "type": "array",
          "items": "string"
         },
         "default": [],
         "doc": "Source datasets, for kind dataset: their rows one after the other."
        },
        {
         "name": "sampleFraction",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "Only such a share of the rows, chosen by seed and content."
        },
        {
         "name": "uploadId",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "For kind upload."
        },
        {
         "name": "uploadObject",
         "type": [
          "null",
          {
           "type": "record",
           "name": "ObjectRef",
           "namespace": "ftm",
           "doc": "An immutable object in the object store.",
           "fields": [
            {
             "name": "uri",
             "type": "string",
             "doc": "s3:// URI."
            },
            {
             "name": "sha256",
             "type": "string",
             "doc": "SHA-256 of the stored (encrypted) bytes, hex."
            },
            {
             "name": "bytes",
             "type": "long",
             "doc": "Size of the stored bytes."
            }
           ]
          }
         ],
         "default": null,
         "doc": "Manifest of the upload."
        }
       ]
      },
      "doc": "Source."
     },
     {
      "name": "outputFormat",
      "type": {
       "type": "string",
       "ftm.values": [
        "jsonl_chat",
        "jsonl_prompt_completion",
        "jsonl_preference"
       ]
      },
      "doc": "Format of the rows."
     },
     {
      "name": "dedup",
      "type": {
       "type": "record",
       "name": "DedupRecipe",
       "namespace": "ftm",
       "doc": "How duplicates are found.",
       "fields": [
        {
         "name": "exact",
         "type": "boolean",
         "doc": "Drop rows that are equal in canonical form."
        },
        {
         "name": "near",
         "type": "boolean",
         "doc": "Drop near-duplicates."
        },
        {
         "name": "nearThreshold",
         "type": "double",
         "doc": "Jaccard similarity from which rows count as near-duplicates."
        },
        {
         "name": "semanticThreshold",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "Cosine similarity of embeddings from which rows count as duplicates; null: not looked at."
        },
        {
         "name": "semanticEmbedder",
         "type": [
          "null",
          "string"
         ],
         "default": null,
         "doc": "What embeds: `static`, a table of word vectors, or `provider:<model>`; null: hashed n-grams, which know spelling and no meaning."
        }
       ]
      },
      "doc": "Deduplication."
     },
     {
      "name": "split",
      "type": {
       "type": "record",
       "name": "SplitRecipe",
       "namespace": "ftm",
       "doc": "How rows are divided.",
       "fields": [
        {
         "name": "validationFraction",
         "type": "double",
         "doc": "Share of validation rows, 0..0.5."
        },
        {
         "name": "by",
         "type": {
          "type": "string",
          "ftm.values": [
           "random",
           "stratified",
           "grouped",
           "time"
          ]
         },
         "doc": "How."
        },
        {
         "name": "seed",
         "type": "long",
         "doc": "Seed."
        }
       ]
      },
      "doc": "Split."
     },
     {
      "name": "evalSuiteIds",
      "type": {
       "type": "array",
       "items": "string"
      },
      "doc": "Suites checked for contamination."
     },
     {
      "name": "sanitizerProfile",
      "type": "string",
      "doc": "TRiSM profile."
     },
     {
      "name": "recipeSha256",
      "type": "string",
      "doc": "SHA-256 of the canonical recipe."
     },
     {
      "name": "rebuildOf",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Dataset that this one rebuilds."
     },
     {
      "name": "contamination",
      "type": {
       "type": "record",
       "name": "ContaminationRecipe",
       "namespace": "ftm",
       "doc": "What is done about rows that an eval suite asks, too.",
       "fields": [
        {
         "name": "policy",
         "type": {
          "type": "string",
          "ftm.values": [
           "block",
           "drop"
          ]
         },
         "doc": "Block the dataset, or drop the rows."
        },
        {
         "name": "threshold",
         "type": "double",
         "doc": "Similarity from which a row counts as a case; 1: equal ones only."
        }
       ]
      },
      "default": {
       "policy": "drop",
       "threshold": 1
      },
      "doc": "Contamination gate."
     },
     {
      "name": "images",
      "type": {
       "type": "string",
       "ftm.values": [
        "refused",
        "allowed"
       ]
      },
      "default": "refused",
      "doc": "Whether rows may have images."
     },
     {
      "name": "targetModel",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Base model that it is meant for: decides how tokens are counted and where rows are cut."
     }
    ]
   }
  }
 ],
 "DatasetSanitizationStarted": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetSanitizationStarted",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetSanitizationStarted",
    "namespace": "ftm.dataset",
    "doc": "Reading began; rows pass through TRiSM before anything is stored.",
    "fields": [
     {
      "name": "attempt",
      "type": "int",
      "doc": "From 1."
     },
     {
      "name": "profile",
      "type": "string",
      "doc": "TRiSM profile."
     }
    ]
   }
  }
 ],
 "DatasetSanitized": [
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetSanitized",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "DatasetSanitized",
    "namespace": "ftm.dataset",
    "doc": "The dataset is ready: sanitised, split, counted, stored.",
    "fields": [
     {
      "name": "trainObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Training rows, JSONL, encrypted."
     },
     {
      "name": "validationObject",
      "type": [
       "null",
       "ftm.ObjectRef"
      ],
      "default": null,
      "doc": "Validation rows."
     },
     {
      "name": "manifestObject",
      "type": "ftm.ObjectRef",
      "doc": "Manifest."
     },
     {
      "name": "rejectionsObject",
      "type": "ftm.ObjectRef",
      "doc": "Rejected rows with causes, JSONL."
     },
     {
      "name": "contentSha256",
      "type": "string",
      "doc": "SHA-256 over the plain training and validation bytes: equal recipes give equal hashes."
     },
     {
      "name": "rowsRead",
      "type": "long",
      "doc": "Rows read from the source."
     },
     {
      "name": "rowsRejected",
      "type": "long",
      "doc": "Rows rejected."
     },
     {
      "name": "rejectedByCode",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "CodeCount",
        "namespace": "ftm",
        "doc": "How often a code or type was seen.",
        "fields": [
         {
          "name": "code",
          "type": "string",
          "doc": "The code or type."
         },
         {
          "name": "count",
          "type": "long",
          "doc": "How often."
         }
        ]
       }
      },
      "doc": "Rejections by code."
     },
     {
      "name": "trainRows",
      "type": "long",
      "doc": "Training rows."
     },
     {
      "name": "validationRows",
      "type": "long",
      "doc": "Validation rows."
     },
     {
      "name": "redactions",
      "type": {
       "type": "array",
       "items": "ftm.CodeCount"
      },
      "doc": "Redacted values by type."
     },
     {
      "name": "trainTokens",
      "type": "long",
      "doc": "Billable training tokens of one epoch."
     },
     {
      "name": "validationTokens",
      "type": "long",
      "doc": "Billable validation tokens."
     },
     {
      "name": "trismPolicyVersion",
      "type": "string",
      "doc": "Policy version of the sanitiser."
     },
     {
      "name": "trismScanIds",
      "type": {
       "type": "array",
       "items": "string"
      },
      "doc": "Scans that covered the rows."
     },
     {
      "name": "dataKeyId",
      "type": "string",
      "doc": "Data key that encrypts the objects."
     }
    ]
   }
  },
  {
   "aggregate": "dataset",
   "fullName": "ftm.dataset.DatasetSanitized",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "DatasetSanitized",
    "namespace": "ftm.dataset",
    "doc": "The dataset is ready: sanitised, split, counted, stored.",
    "fields": [
     {
      "name": "trainObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Training rows, JSONL, encrypted."
     },
     {
      "name": "validationObject",
      "type": [
       "null",
       "ftm.ObjectRef"
      ],
      "default": null,
      "doc": "Validation rows."
     },
     {
      "name": "manifestObject",
      "type": "ftm.ObjectRef",
      "doc": "Manifest."
     },
     {
      "name": "rejectionsObject",
      "type": "ftm.ObjectRef",
      "doc": "Rejected rows with causes, JSONL."
     },
     {
      "name": "contentSha256",
      "type": "string",
      "doc": "SHA-256 over the plain training and validation bytes: equal recipes give equal hashes."
     },
     {
      "name": "rowsRead",
      "type": "long",
      "doc": "Rows read from the source."
     },
     {
      "name": "rowsRejected",
      "type": "long",
      "doc": "Rows rejected."
     },
     {
      "name": "rejectedByCode",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "CodeCount",
        "namespace": "ftm",
        "doc": "How often a code or type was seen.",
        "fields": [
         {
          "name": "code",
          "type": "string",
          "doc": "The code or type."
         },
         {
          "name": "count",
          "type": "long",
          "doc": "How often."
         }
        ]
       }
      },
      "doc": "Rejections by code."
     },
     {
      "name": "trainRows",
      "type": "long",
      "doc": "Training rows."
     },
     {
      "name": "validationRows",
      "type": "long",
      "doc": "Validation rows."
     },
     {
      "name": "redactions",
      "type": {
       "type": "array",
       "items": "ftm.CodeCount"
      },
      "doc": "Redacted values by type."
     },
     {
      "name": "trainTokens",
      "type": "long",
      "doc": "Billable training tokens of one epoch."
     },
     {
      "name": "validationTokens",
      "type": "long",
      "doc": "Billable validation tokens."
     },
     {
      "name": "trismPolicyVersion",
      "type": "string",
      "doc": "Policy version of the sanitiser."
     },
     {
      "name": "trismScanIds",
      "type": {
       "type": "array",
       "items": "string"
      },
      "doc": "Scans that covered the rows."
     },
     {
      "name": "dataKeyId",
      "type": "string",
      "doc": "Data key that encrypts the objects."
     },
     {
      "name": "manifestSha256",
      "type": "string",
      "default": "",
      "doc": "SHA-256 of the manifest itself, before it was encrypted; empty in old events."
     },
     {
      "name": "inputSha256",
      "type": "string",
      "default": "",
      "doc": "SHA-256 over the rows of the source as they came; empty in old events."
     },
     {
      "name": "statisticsObject",
      "type": [
       "null",
       "ftm.ObjectRef"
      ],
      "default": null,
      "doc": "Statistics and findings that the report is made of."
     },
     {
      "name": "exactDuplicates",
      "type": "long",
      "default": 0,
      "doc": "Rows left out because an earlier one is the same."
     },
     {
      "name": "nearDuplicates",
      "type": "long",
      "default": 0,
      "doc": "Rows left out because an earlier one says nearly the same."
     },
     {
      "name": "semanticDuplicates",
      "type": "long",
      "default": 0,
      "doc": "Rows left out because an earlier one means the same."
     },
     {
      "name": "conflicts",
      "type": "long",
      "default": 0,
      "doc": "Prompts that have different answers."
     },
     {
      "name": "contaminatedRows",
      "type": "long",
      "default": 0,
      "doc": "Rows that an eval suite asks, too."
     },
     {
      "name": "truncatedRows",
      "type": "long",
      "default": 0,
      "doc": "Rows that the provider would cut."
     },
     {
      "name": "trismScans",
      "type": "long",
      "default": 0,
      "doc": "How many scans covered the rows; all ids are in the manifest."
     }
    ]
   }
  }
 ],
 "EvalRunBlocked": [
  {
   "aggregate": "eval-run",
   "fullName": "ftm.eval_run.EvalRunBlocked",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "EvalRunBlocked",
    "namespace": "ftm.eval_run",
    "doc": "A gate refused the run.",
    "fields": [
     {
      "name": "gate",
      "type": "string",
      "doc": "The gate that said no."
     },
     {
      "name": "reasons",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "Reason",
        "namespace": "ftm",
        "doc": "One reason of a refusal.",
        "fields": [
         {
          "name": "code",
          "type": "string",
          "doc": "Stable code, SCREAMING_CASE."
         },
         {
          "name": "message",
          "type": "string",
          "doc": "What it means, for people."
         }
        ]
       }
      },
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "EvalRunCanceled": [
  {
   "aggregate": "eval-run",
   "fullName": "ftm.eval_run.EvalRunCanceled",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "EvalRunCanceled",
    "namespace": "ftm.eval_run",
    "doc": "The run was canceled.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "EvalRunCompleted": [
  {
   "aggregate": "eval-run",
   "fullName": "ftm.eval_run.EvalRunCompleted",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "EvalRunCompleted",
    "namespace": "ftm.eval_run",
    "doc": "All cases were answered and graded.",
    "fields": [
     {
      "name": "resultsObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Per-case results, JSONL, encrypted."
     },
     {
      "name": "caseCount",
      "type": "int",
      "doc": "Cases."
     },
     {
      "name": "errorCount",
      "type": "int",
      "doc": "Cases without an answer; they score 0."
     },
     {
      "name": "score",
      "type": "double",
      "doc": "Primary score."
     },
     {
      "name": "ciLow",
      "type": "double",
      "doc": "Lower 95 % bound."
     },
     {
      "name": "ciHigh",
      "type": "double",
      "doc": "Upper 95 % bound."
     },
     {
      "name": "scores",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "GraderScore",
        "namespace": "ftm",
        "doc": "The score of one grader over all cases.",
        "fields": [
         {
          "name": "grader",
          "type": "string",
          "doc": "Name of the grader."
         },
         {
          "name": "score",
          "type": "double",
          "doc": "Mean over cases, 0..1."
         },
         {
          "name": "ciLow",
          "type": "double",
          "doc": "Lower bound of the 95 % confidence interval."
         },
         {
          "name": "ciHigh",
          "type": "double",
          "doc": "Upper bound of the 95 % confidence interval."
         },
         {
          "name": "n",
          "type": "long",
          "doc": "Cases graded."
         }
        ]
       }
      },
      "doc": "Scores by grader."
     },
     {
      "name": "comparison",
      "type": [
       "null",
       {
        "type": "record",
        "name": "EvalComparison",
        "namespace": "ftm",
        "doc": "A paired comparison with a baseline run over the same cases.",
        "fields": [
         {
          "name": "baselineRunId",
          "type": "string",
          "doc": "The eval run compared with."
         },
         {
          "name": "baselineScore",
          "type": "double",
          "doc": "Mean score of the baseline."
         },
         {
          "name": "difference",
          "type": "double",
          "doc": "Candidate minus baseline."
         },
         {
          "name": "ciLow",
          "type": "double",
          "doc": "Lower bound of the 95 % interval of the difference."
         },
         {
          "name": "ciHigh",
          "type": "double",
          "doc": "Upper bound of the 95 % interval of the difference."
         },
         {
          "name": "pValue",
          "type": "double",
          "doc": "Two-sided p of the paired test."
         },
         {
          "name": "test",
          "type": "string",
          "doc": "Name of the test."
         },
         {
          "name": "pairs",
          "type": "long",
          "doc": "Cases that both runs graded."
         },
         {
          "name": "minimumDetectableEffect",
          "type": "double",
          "doc": "Smallest difference found with 80 % power."
         },
         {
          "name": "verdict",
          "type": {
           "type": "string",
           "ftm.values": [
            "pass",
            "fail",
            "inconclusive"
           ]
          },
          "doc": "Non-inferiority verdict."
         }
        ]
       }
      ],
      "default": null,
      "doc": "Paired comparison with the baseline."
     },
     {
      "name": "trismMeanRisk",
      "type": "double",
      "doc": "Mean output risk by TRiSM, 0..1."
     },
     {
      "name": "trismFlagged",
      "type": "int",
      "doc": "Outputs that TRiSM flagged."
     },
     {
      "name": "inputTokens",
      "type": "long",
      "doc": "Billed input tokens."
     },
     {
      "name": "outputTokens",
      "type": "long",
      "doc": "Billed output tokens."
     },
     {
      "name": "costUsdMicros",
      "type": "long",
      "doc": "Cost by the price table."
     }
    ]
   }
  },
  {
   "aggregate": "eval-run",
   "fullName": "ftm.eval_run.EvalRunCompleted",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "EvalRunCompleted",
    "namespace": "ftm.eval_run",
    "doc": "All cases were answered and graded.",
    "fields": [
     {
      "name": "resultsObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Per-case results, JSONL, encrypted."
     },
     {
      "name": "caseCount",
      "type": "int",
      "doc": "Cases."
     },
     {
      "name": "errorCount",
      "type": "int",
      "doc": "Cases without an answer; they score 0."
     },
     {
      "name": "score",
      "type": "double",
      "doc": "Primary score."
     },
     {
      "name": "ciLow",
      "type": "double",
      "doc": "Lower 95 % bound."
     },
     {
      "name": "ciHigh",
      "type": "double",
      "doc": "Upper 95 % bound."
     },
     {
      "name": "scores",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "GraderScore",
        "namespace": "ftm",
        "doc": "The score of one grader over all cases.",
        "fields": [
         {
          "name": "grader",
          "type": "string",
          "doc": "Name of the grader."
         },
         {
          "name": "score",
          "type": "double",
          "doc": "Mean over cases, 0..1."
         },
         {
          "name": "ciLow",
          "type": "double",
          "doc": "Lower bound of the 95 % confidence interval."
         },
         {
          "name": "ciHigh",
          "type": "double",
          "doc": "Upper bound of the 95 % confidence interval."
         },
         {
          "name": "n",
          "type": "long",
          "doc": "Cases graded."
         }
        ]
       }
      },
      "doc": "Scores by grader."
     },
     {
      "name": "comparison",
      "type": [
       "null",
       {
        "type": "record",
        "name": "EvalComparison",
        "namespace": "ftm",
        "doc": "A paired comparison with a baseline run over the same cases.",
        "fields": [
         {
          "name": "baselineRunId",
          "type": "string",
          "doc": "The eval run compared with."
         },
         {
          "name": "baselineScore",
          "type": "double",
          "doc": "Mean score of the baseline."
         },
         {
          "name": "difference",
          "type": "double",
          "doc": "Candidate minus baseline."
         },
         {
          "name": "ciLow",
          "type": "double",
          "doc": "Lower bound of the 95 % interval of the difference."
         },
         {
          "name": "ciHigh",
          "type": "double",
          "doc": "Upper bound of the 95 % interval of the difference."
         },
         {
          "name": "pValue",
          "type": "double",
          "doc": "Two-sided p of the paired test."
         },
         {
          "name": "test",
          "type": "string",
          "doc": "Name of the test."
         },
         {
          "name": "pairs",
          "type": "long",
          "doc": "Cases that both runs graded."
         },
         {
          "name": "minimumDetectableEffect",
          "type": "double",
          "doc": "Smallest difference found with 80 % power."
         },
         {
          "name": "verdict",
          "type": {
           "type": "string",
           "ftm.values": [
            "pass",
            "fail",
            "inconclusive"
           ]
          },
          "doc": "Non-inferiority verdict."
         }
        ]
       }
      ],
      "default": null,
      "doc": "Paired comparison with the baseline."
     },
     {
      "name": "trismMeanRisk",
      "type": "double",
      "doc": "Mean output risk by TRiSM, 0..1."
     },
     {
      "name": "trismFlagged",
      "type": "int",
      "doc": "Outputs that TRiSM flagged."
     },
     {
      "name": "inputTokens",
      "type": "long",
      "doc": "Billed input tokens."
     },
     {
      "name": "outputTokens",
      "type": "long",
      "doc": "Billed output tokens."
     },
     {
      "name": "costUsdMicros",
      "type": "long",
      "doc": "Cost by the price table."
     },
     {
      "name": "usageId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "PRISM usage record; null when nothing was billed."
     }
    ]
   }
  }
 ],
 "EvalRunFailed": [
  {
   "aggregate": "eval-run",
   "fullName": "ftm.eval_run.EvalRunFailed",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "EvalRunFailed",
    "namespace": "ftm.eval_run",
    "doc": "The run could not be completed.",
    "fields": [
     {
      "name": "code",
      "type": "string",
      "doc": "Stable cause code."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What happened, sanitised."
     },
     {
      "name": "remedy",
      "type": "string",
      "doc": "What to do about it."
     },
     {
      "name": "retryable",
      "type": "boolean",
      "doc": "Whether the same request may succeed later."
     }
    ]
   }
  }
 ],
 "EvalRunRequested": [
  {
   "aggregate": "eval-run",
   "fullName": "ftm.eval_run.EvalRunRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "EvalRunRequested",
    "namespace": "ftm.eval_run",
    "doc": "A run of a suite on a model was asked for.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "suiteId",
      "type": "string",
      "doc": "Suite."
     },
     {
      "name": "suiteVersion",
      "type": "int",
      "doc": "Version of the suite."
     },
     {
      "name": "casesObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "The cases, by hash."
     },
     {
      "name": "modelRef",
      "type": {
       "type": "record",
       "name": "ModelRef",
       "namespace": "ftm",
       "doc": "Which model a run asks.",
       "fields": [
        {
         "name": "type",
         "type": {
          "type": "string",
          "ftm.values": [
           "base_model",
           "ft_model_version",
           "provider_model_id"
          ]
         },
         "doc": "Kind of reference."
        },
        {
         "name": "value",
         "type": "string",
         "doc": "Model name, model version id or provider model id."
        }
       ]
      },
      "doc": "The model as the caller named it."
     },
     {
      "name": "providerModelId",
      "type": "string",
      "doc": "The model id sent to the provider."
     },
     {
      "name": "baselineRunId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Completed run to compare with."
     },
     {
      "name": "nonInferiorityMargin",
      "type": "double",
      "doc": "Largest loss that is still no loss."
     },
     {
      "name": "maxCases",
      "type": [
       "null",
       "int"
      ],
      "default": null,
      "doc": "Only the first so many cases."
     },
     {
      "name": "costCapUsdMicros",
      "type": [
       "null",
       "long"
      ],
      "default": null,
      "doc": "Stop before it is passed."
     }
    ]
   }
  }
 ],
 "EvalRunStarted": [
  {
   "aggregate": "eval-run",
   "fullName": "ftm.eval_run.EvalRunStarted",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "EvalRunStarted",
    "namespace": "ftm.eval_run",
    "doc": "A runner began to ask the model.",
    "fields": [
     {
      "name": "attempt",
      "type": "int",
      "doc": "From 1."
     },
     {
      "name": "caseCount",
      "type": "int",
      "doc": "Cases to run."
     }
    ]
   }
  }
 ],
 "EvalSuiteCreated": [
  {
   "aggregate": "eval-suite",
   "fullName": "ftm.eval_suite.EvalSuiteCreated",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "EvalSuiteCreated",
    "namespace": "ftm.eval_suite",
    "doc": "An eval suite exists.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "name",
      "type": "string",
      "doc": "Slug."
     }
    ]
   }
  }
 ],
 "EvalSuiteVersionPublished": [
  {
   "aggregate": "eval-suite",
   "fullName": "ftm.eval_suite.EvalSuiteVersionPublished",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "EvalSuiteVersionPublished",
    "namespace": "ftm.eval_suite",
    "doc": "An immutable version of cases and graders was published.",
    "fields": [
     {
      "name": "suiteVersion",
      "type": "int",
      "doc": "From 1."
     },
     {
      "name": "casesObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Cases, JSONL, encrypted."
     },
     {
      "name": "caseCount",
      "type": "int",
      "doc": "Number of cases."
     },
     {
      "name": "graders",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "GraderSpec",
        "namespace": "ftm",
        "doc": "How an answer is scored.",
        "fields": [
         {
          "name": "name",
          "type": "string",
          "doc": "Slug, unique in the suite."
         },
         {
          "name": "kind",
          "type": {
           "type": "string",
           "ftm.values": [
            "string_check",
            "text_similarity"
           ]
          },
          "doc": "Kind of grader."
         },
         {
          "name": "configJson",
          "type": "string",
          "doc": "Configuration as canonical JSON."
         }
        ]
       }
      },
      "doc": "Graders; the first one is primary."
     },
     {
      "name": "policyProfile",
      "type": "string",
      "doc": "TRiSM profile for outputs."
     }
    ]
   }
  }
 ],
 "FineTuneBlocked": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneBlocked",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneBlocked",
    "namespace": "ftm.fine_tune",
    "doc": "A gate refused the job.",
    "fields": [
     {
      "name": "gate",
      "type": "string",
      "doc": "The gate that said no."
     },
     {
      "name": "reasons",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "Reason",
        "namespace": "ftm",
        "doc": "One reason of a refusal.",
        "fields": [
         {
          "name": "code",
          "type": "string",
          "doc": "Stable code, SCREAMING_CASE."
         },
         {
          "name": "message",
          "type": "string",
          "doc": "What it means, for people."
         }
        ]
       }
      },
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "FineTuneCancelRequested": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneCancelRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneCancelRequested",
    "namespace": "ftm.fine_tune",
    "doc": "Somebody asked for the end of the job.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "FineTuneCanceled": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneCanceled",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneCanceled",
    "namespace": "ftm.fine_tune",
    "doc": "The job was canceled.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     },
     {
      "name": "trainedTokens",
      "type": [
       "null",
       "long"
      ],
      "default": null,
      "doc": "Billed tokens, if any."
     }
    ]
   }
  },
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneCanceled",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "FineTuneCanceled",
    "namespace": "ftm.fine_tune",
    "doc": "The job was canceled.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     },
     {
      "name": "trainedTokens",
      "type": [
       "null",
       "long"
      ],
      "default": null,
      "doc": "Billed tokens, if any."
     },
     {
      "name": "mirrorObject",
      "type": [
       "null",
       {
        "type": "record",
        "name": "ObjectRef",
        "namespace": "ftm",
        "doc": "An immutable object in the object store.",
        "fields": [
         {
          "name": "uri",
          "type": "string",
          "doc": "s3:// URI."
         },
         {
          "name": "sha256",
          "type": "string",
          "doc": "SHA-256 of the stored (encrypted) bytes, hex."
         },
         {
          "name": "bytes",
          "type": "long",
          "doc": "Size of the stored bytes."
         }
        ]
       }
      ],
      "default": null,
      "doc": "What the provider said until then, with the loss curve: JSON, encrypted. Null in older events, and when nothing could be read."
     }
    ]
   }
  }
 ],
 "FineTuneCostApprovalExpired": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneCostApprovalExpired",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneCostApprovalExpired",
    "namespace": "ftm.fine_tune",
    "doc": "The approval ran out before the job was submitted: PRISM is asked again.",
    "fields": [
     {
      "name": "approvalId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "PRISM approval."
     },
     {
      "name": "amountUsdMicros",
      "type": "long",
      "doc": "Amount that it was for."
     },
     {
      "name": "expiredAt",
      "type": "string",
      "doc": "When it ran out, ISO 8601."
     }
    ]
   }
  }
 ],
 "FineTuneCostApprovalRequested": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneCostApprovalRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneCostApprovalRequested",
    "namespace": "ftm.fine_tune",
    "doc": "PRISM was asked; the answer takes time.",
    "fields": [
     {
      "name": "approvalId",
      "type": "string",
      "doc": "PRISM approval."
     },
     {
      "name": "amountUsdMicros",
      "type": "long",
      "doc": "Amount asked for."
     }
    ]
   }
  }
 ],
 "FineTuneCostApproved": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneCostApproved",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneCostApproved",
    "namespace": "ftm.fine_tune",
    "doc": "The cost is approved.",
    "fields": [
     {
      "name": "approvalId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "PRISM approval; null below the threshold."
     },
     {
      "name": "amountUsdMicros",
      "type": "long",
      "doc": "Approved amount."
     },
     {
      "name": "expiresAt",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "End of the approval, ISO 8601."
     }
    ]
   }
  }
 ],
 "FineTuneCostRecorded": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneCostRecorded",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneCostRecorded",
    "namespace": "ftm.fine_tune",
    "doc": "What the job cost.",
    "fields": [
     {
      "name": "trainedTokens",
      "type": "long",
      "doc": "Billed tokens."
     },
     {
      "name": "actualUsdMicros",
      "type": "long",
      "doc": "Actual cost."
     },
     {
      "name": "estimatedUsdMicros",
      "type": "long",
      "doc": "Expected cost before."
     },
     {
      "name": "usageId",
      "type": "string",
      "doc": "PRISM usage record."
     }
    ]
   }
  }
 ],
 "FineTuneCostVarianceDetected": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneCostVarianceDetected",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneCostVarianceDetected",
    "namespace": "ftm.fine_tune",
    "doc": "The job cost far more or less than it was expected to.",
    "fields": [
     {
      "name": "estimatedUsdMicros",
      "type": "long",
      "doc": "Expected cost before."
     },
     {
      "name": "actualUsdMicros",
      "type": "long",
      "doc": "Actual cost."
     },
     {
      "name": "varianceUsdMicros",
      "type": "long",
      "doc": "Actual minus expected."
     },
     {
      "name": "varianceRatio",
      "type": [
       "null",
       "double"
      ],
      "default": null,
      "doc": "The same as a share of the expected cost; null when that is 0."
     },
     {
      "name": "toleranceRatio",
      "type": "double",
      "doc": "Share up to which nothing is said."
     }
    ]
   }
  }
 ],
 "FineTuneDeferred": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneDeferred",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneDeferred",
    "namespace": "ftm.fine_tune",
    "doc": "The job waits for others to end before it is sent to the provider.",
    "fields": [
     {
      "name": "code",
      "type": {
       "type": "string",
       "ftm.values": [
        "TENANT_LIMIT",
        "PROVIDER_LIMIT"
       ]
      },
      "doc": "Which limit is reached."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What is waited for."
     }
    ]
   }
  },
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneDeferred",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "FineTuneDeferred",
    "namespace": "ftm.fine_tune",
    "doc": "The job waits before it is sent to the provider: for others to end, or for an approval that holds long enough to be used.",
    "fields": [
     {
      "name": "code",
      "type": {
       "type": "string",
       "ftm.values": [
        "TENANT_LIMIT",
        "PROVIDER_LIMIT",
        "APPROVAL_EXPIRES_EARLY"
       ]
      },
      "doc": "Which limit is reached, or what is wrong with the approvals."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What is waited for."
     }
    ]
   }
  }
 ],
 "FineTuneDuplicateCanceled": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneDuplicateCanceled",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneDuplicateCanceled",
    "namespace": "ftm.fine_tune",
    "doc": "The provider had more than one job for this one; the oldest was kept.",
    "fields": [
     {
      "name": "keptProviderJobId",
      "type": "string",
      "doc": "The oldest."
     },
     {
      "name": "canceledProviderJobId",
      "type": "string",
      "doc": "One too many, canceled or ended by itself."
     },
     {
      "name": "providerStatus",
      "type": "string",
      "doc": "Its status after that, as the provider names it."
     }
    ]
   }
  }
 ],
 "FineTuneFailed": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneFailed",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneFailed",
    "namespace": "ftm.fine_tune",
    "doc": "The job ended without a model.",
    "fields": [
     {
      "name": "code",
      "type": "string",
      "doc": "Stable cause code."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What happened, sanitised."
     },
     {
      "name": "remedy",
      "type": "string",
      "doc": "What to do about it."
     },
     {
      "name": "retryable",
      "type": "boolean",
      "doc": "Whether the same request may succeed later."
     },
     {
      "name": "providerMessage",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "The provider’s own message, sanitised."
     }
    ]
   }
  },
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneFailed",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "FineTuneFailed",
    "namespace": "ftm.fine_tune",
    "doc": "The job ended without a model.",
    "fields": [
     {
      "name": "code",
      "type": "string",
      "doc": "Stable cause code."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What happened, sanitised."
     },
     {
      "name": "remedy",
      "type": "string",
      "doc": "What to do about it."
     },
     {
      "name": "retryable",
      "type": "boolean",
      "doc": "Whether the same request may succeed later."
     },
     {
      "name": "providerMessage",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "The provider’s own message, sanitised."
     },
     {
      "name": "rows",
      "type": {
       "type": "array",
       "items": "int"
      },
      "default": [],
      "doc": "Rows of the file that the provider named, from 1."
     },
     {
      "name": "mirrorObject",
      "type": [
       "null",
       {
        "type": "record",
        "name": "ObjectRef",
        "namespace": "ftm",
        "doc": "An immutable object in the object store.",
        "fields": [
         {
          "name": "uri",
          "type": "string",
          "doc": "s3:// URI."
         },
         {
          "name": "sha256",
          "type": "string",
          "doc": "SHA-256 of the stored (encrypted) bytes, hex."
         },
         {
          "name": "bytes",
          "type": "long",
          "doc": "Size of the stored bytes."
         }
        ]
       }
      ],
      "default": null,
      "doc": "What the provider said until then, with the loss curve: JSON, encrypted. Null in older events, and when nothing could be read."
     }
    ]
   }
  },
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneFailed",
   "version": 3,
   "schema": {
    "type": "record",
    "name": "FineTuneFailed",
    "namespace": "ftm.fine_tune",
    "doc": "The job ended without a model.",
    "fields": [
     {
      "name": "code",
      "type": "string",
      "doc": "Stable cause code."
     },
     {
      "name": "message",
      "type": "string",
      "doc": "What happened, sanitised."
     },
     {
      "name": "remedy",
      "type": "string",
      "doc": "What to do about it."
     },
     {
      "name": "retryable",
      "type": "boolean",
      "doc": "Whether the same request may succeed later."
     },
     {
      "name": "providerMessage",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "The provider’s own message, sanitised."
     },
     {
      "name": "rows",
      "type": {
       "type": "array",
       "items": "int"
      },
      "default": [],
      "doc": "Rows of the file that the provider named, from 1."
     },
     {
      "name": "mirrorObject",
      "type": [
       "null",
       {
        "type": "record",
        "name": "ObjectRef",
        "namespace": "ftm",
        "doc": "An immutable object in the object store.",
        "fields": [
         {
          "name": "uri",
          "type": "string",
          "doc": "s3:// URI."
         },
         {
          "name": "sha256",
          "type": "string",
          "doc": "SHA-256 of the stored (encrypted) bytes, hex."
         },
         {
          "name": "bytes",
          "type": "long",
          "doc": "Size of the stored bytes."
         }
        ]
       }
      ],
      "default": null,
      "doc": "What the provider said until then, with the loss curve: JSON, encrypted. Null in older events, and when nothing could be read."
     },
     {
      "name": "trainedTokens",
      "type": [
       "null",
       "long"
      ],
      "default": null,
      "doc": "What the provider says was trained until then, which it bills; null when it does not say."
     }
    ]
   }
  }
 ],
 "FineTunePauseRequested": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTunePauseRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTunePauseRequested",
    "namespace": "ftm.fine_tune",
    "doc": "Somebody asked the job to stop for a while.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "FineTunePaused": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTunePaused",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTunePaused",
    "namespace": "ftm.fine_tune",
    "doc": "The job is paused at the provider.",
    "fields": [
     {
      "name": "providerStatus",
      "type": "string",
      "doc": "Status as the provider names it."
     }
    ]
   }
  }
 ],
 "FineTuneProgressed": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneProgressed",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneProgressed",
    "namespace": "ftm.fine_tune",
    "doc": "What the provider says of the running job.",
    "fields": [
     {
      "name": "providerStatus",
      "type": "string",
      "doc": "Status as the provider names it."
     },
     {
      "name": "step",
      "type": [
       "null",
       "int"
      ],
      "default": null,
      "doc": "Training step."
     },
     {
      "name": "totalSteps",
      "type": [
       "null",
       "int"
      ],
      "default": null,
      "doc": "All steps."
     },
     {
      "name": "trainLoss",
      "type": [
       "null",
       "double"
      ],
      "default": null,
      "doc": "Training loss."
     },
     {
      "name": "validLoss",
      "type": [
       "null",
       "double"
      ],
      "default": null,
      "doc": "Validation loss."
     }
    ]
   }
  },
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneProgressed",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "FineTuneProgressed",
    "namespace": "ftm.fine_tune",
    "doc": "What the provider says of the running job.",
    "fields": [
     {
      "name": "providerStatus",
      "type": "string",
      "doc": "Status as the provider names it."
     },
     {
      "name": "step",
      "type": [
       "null",
       "int"
      ],
      "default": null,
      "doc": "Training step."
     },
     {
      "name": "totalSteps",
      "type": [
       "null",
       "int"
      ],
      "default": null,
      "doc": "All steps."
     },
     {
      "name": "trainLoss",
      "type": [
       "null",
       "double"
      ],
      "default": null,
      "doc": "Training loss."
     },
     {
      "name": "validLoss",
      "type": [
       "null",
       "double"
      ],
      "default": null,
      "doc": "Validation loss."
     },
     {
      "name": "estimatedFinish",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "When the provider thinks that it ends, ISO 8601."
     },
     {
      "name": "mirrorObject",
      "type": [
       "null",
       {
        "type": "record",
        "name": "ObjectRef",
        "namespace": "ftm",
        "doc": "An immutable object in the object store.",
        "fields": [
         {
          "name": "uri",
          "type": "string",
          "doc": "s3:// URI."
         },
         {
          "name": "sha256",
          "type": "string",
          "doc": "SHA-256 of the stored (encrypted) bytes, hex."
         },
         {
          "name": "bytes",
          "type": "long",
          "doc": "Size of the stored bytes."
         }
        ]
       }
      ],
      "default": null,
      "doc": "What the provider said until then, with the loss curve: JSON, encrypted. Null in older events, and when nothing could be read."
     }
    ]
   }
  }
 ],
 "FineTuneProviderFilesDeleted": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneProviderFilesDeleted",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneProviderFilesDeleted",
    "namespace": "ftm.fine_tune",
    "doc": "The job’s training data is gone from the provider.",
    "fields": [
     {
      "name": "fileIds",
      "type": {
       "type": "array",
       "items": "string"
      },
      "doc": "Files that were deleted, as the provider names them."
     },
     {
      "name": "reason",
      "type": {
       "type": "string",
       "ftm.values": [
        "job_ended",
        "dataset_erased"
       ]
      },
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "FineTuneReestimated": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneReestimated",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneReestimated",
    "namespace": "ftm.fine_tune",
    "doc": "The price moved between the request and the submit.",
    "fields": [
     {
      "name": "estimate",
      "type": {
       "type": "record",
       "name": "CostEstimate",
       "namespace": "ftm",
       "doc": "A cost as a range, in millionths of a US dollar.",
       "fields": [
        {
         "name": "lowUsdMicros",
         "type": "long",
         "doc": "If the fewest epochs are run."
        },
        {
         "name": "expectedUsdMicros",
         "type": "long",
         "doc": "With the documented resolution of auto."
        },
        {
         "name": "highUsdMicros",
         "type": "long",
         "doc": "If the most epochs are run."
        },
        {
         "name": "trainingTokens",
         "type": "long",
         "doc": "Tokens of one epoch."
        },
        {
         "name": "epochsLow",
         "type": "int",
         "doc": "Fewest epochs."
        },
        {
         "name": "epochsExpected",
         "type": "int",
         "doc": "Expected epochs."
        },
        {
         "name": "epochsHigh",
         "type": "int",
         "doc": "Most epochs."
        },
        {
         "name": "priceUsdMicrosPerMillion",
         "type": "long",
         "doc": "Price of a million training tokens."
        },
        {
         "name": "priceSource",
         "type": "string",
         "doc": "Where the price was read, with its date."
        },
        {
         "name": "tokenError",
         "type": "double",
         "default": 0,
         "doc": "Uncertainty of the tokens to both sides, as a share."
        },
        {
         "name": "calibrationJobs",
         "type": "int",
         "default": 0,
         "doc": "Earlier jobs of the tenant that the count was calibrated by."
        }
       ]
      },
      "doc": "Estimate at the price of the day."
     },
     {
      "name": "previousHighUsdMicros",
      "type": "long",
      "doc": "High end before."
     }
    ]
   }
  }
 ],
 "FineTuneRequested": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneRequested",
    "namespace": "ftm.fine_tune",
    "doc": "A fine-tune job was asked for on exactly these bytes.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "method",
      "type": {
       "type": "string",
       "ftm.values": [
        "supervised",
        "dpo"
       ]
      },
      "doc": "Training method."
     },
     {
      "name": "baseModel",
      "type": "string",
      "doc": "Provider model to start from."
     },
     {
      "name": "datasetId",
      "type": "string",
      "doc": "Training dataset."
     },
     {
      "name": "trainObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Training rows by hash."
     },
     {
      "name": "validationObject",
      "type": [
       "null",
       "ftm.ObjectRef"
      ],
      "default": null,
      "doc": "Validation rows by hash."
     },
     {
      "name": "hyperparameters",
      "type": {
       "type": "record",
       "name": "Hyperparameters",
       "namespace": "ftm",
       "doc": "Null means auto: the provider decides.",
       "fields": [
        {
         "name": "nEpochs",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..50."
        },
        {
         "name": "batchSize",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..256."
        },
        {
         "name": "learningRateMultiplier",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "> 0."
        },
        {
         "name": "beta",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "DPO only, (0,2]."
        }
       ]
      },
      "doc": "Hyperparameters."
     },
     {
      "name": "suffix",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Model name suffix."
     },
     {
      "name": "seed",
      "type": [
       "null",
       "int"
      ],
      "default": null,
      "doc": "Training seed."
     },
     {
      "name": "estimate",
      "type": {
       "type": "record",
       "name": "CostEstimate",
       "namespace": "ftm",
       "doc": "A cost as a range, in millionths of a US dollar.",
       "fields": [
        {
         "name": "lowUsdMicros",
         "type": "long",
         "doc": "If the fewest epochs are run."
        },
        {
         "name": "expectedUsdMicros",
         "type": "long",
         "doc": "With the documented resolution of auto."
        },
        {
         "name": "highUsdMicros",
         "type": "long",
         "doc": "If the most epochs are run."
        },
        {
         "name": "trainingTokens",
         "type": "long",
         "doc": "Tokens of one epoch."
        },
        {
         "name": "epochsLow",
         "type": "int",
         "doc": "Fewest epochs."
        },
        {
         "name": "epochsExpected",
         "type": "int",
         "doc": "Expected epochs."
        },
        {
         "name": "epochsHigh",
         "type": "int",
         "doc": "Most epochs."
        },
        {
         "name": "priceUsdMicrosPerMillion",
         "type": "long",
         "doc": "Price of a million training tokens."
        },
        {
         "name": "priceSource",
         "type": "string",
         "doc": "Where the price was read, with its date."
        }
       ]
      },
      "doc": "Estimated cost."
     },
     {
      "name": "costThresholdUsdMicros",
      "type": "long",
      "doc": "Above it PRISM must approve first."
     },
     {
      "name": "ambiguityPolicy",
      "type": {
       "type": "string",
       "ftm.values": [
        "operator",
        "resubmit"
       ]
      },
      "doc": "When it cannot be known whether a job was made."
     }
    ]
   }
  },
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneRequested",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "FineTuneRequested",
    "namespace": "ftm.fine_tune",
    "doc": "A fine-tune job was asked for on exactly these bytes.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "method",
      "type": {
       "type": "string",
       "ftm.values": [
        "supervised",
        "dpo"
       ]
      },
      "doc": "Training method."
     },
     {
      "name": "baseModel",
      "type": "string",
      "doc": "Provider model to start from."
     },
     {
      "name": "datasetId",
      "type": "string",
      "doc": "Training dataset."
     },
     {
      "name": "trainObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Training rows by hash."
     },
     {
      "name": "validationObject",
      "type": [
       "null",
       "ftm.ObjectRef"
      ],
      "default": null,
      "doc": "Validation rows by hash."
     },
     {
      "name": "hyperparameters",
      "type": {
       "type": "record",
       "name": "Hyperparameters",
       "namespace": "ftm",
       "doc": "Null means auto: the provider decides.",
       "fields": [
        {
         "name": "nEpochs",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..50."
        },
        {
         "name": "batchSize",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..256."
        },
        {
         "name": "learningRateMultiplier",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "> 0."
        },
        {
         "name": "beta",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "DPO only, (0,2]."
        }
       ]
      },
      "doc": "Hyperparameters."
     },
     {
      "name": "suffix",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Model name suffix."
     },
     {
      "name": "seed",
      "type": [
       "null",
       "int"
      ],
      "default": null,
      "doc": "Training seed."
     },
     {
      "name": "estimate",
      "type": {
       "type": "record",
       "name": "CostEstimate",
       "namespace": "ftm",
       "doc": "A cost as a range, in millionths of a US dollar.",
       "fields": [
        {
         "name": "lowUsdMicros",
         "type": "long",
         "doc": "If the fewest epochs are run."
        },
        {
         "name": "expectedUsdMicros",
         "type": "long",
         "doc": "With the documented resolution of auto."
        },
        {
         "name": "highUsdMicros",
         "type": "long",
         "doc": "If the most epochs are run."
        },
        {
         "name": "trainingTokens",
         "type": "long",
         "doc": "Tokens of one epoch."
        },
        {
         "name": "epochsLow",
         "type": "int",
         "doc": "Fewest epochs."
        },
        {
         "name": "epochsExpected",
         "type": "int",
         "doc": "Expected epochs."
        },
        {
         "name": "epochsHigh",
         "type": "int",
         "doc": "Most epochs."
        },
        {
         "name": "priceUsdMicrosPerMillion",
         "type": "long",
         "doc": "Price of a million training tokens."
        },
        {
         "name": "priceSource",
         "type": "string",
         "doc": "Where the price was read, with its date."
        },
        {
         "name": "tokenError",
         "type": "double",
         "default": 0,
         "doc": "Uncertainty of the tokens to both sides, as a share."
        },
        {
         "name": "calibrationJobs",
         "type": "int",
         "default": 0,
         "doc": "Earlier jobs of the tenant that the count was calibrated by."
        }
       ]
      },
      "doc": "Estimated cost."
     },
     {
      "name": "costThresholdUsdMicros",
      "type": "long",
      "doc": "Above it PRISM must approve first."
     },
     {
      "name": "ambiguityPolicy",
      "type": {
       "type": "string",
       "ftm.values": [
        "operator",
        "resubmit"
       ]
      },
      "doc": "When it cannot be known whether a job was made."
     },
     {
      "name": "validationDatasetId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Dataset of the validation rows, when it is another than the training dataset."
     },
     {
      "name": "contaminationApprovedBy",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Who let training rows stay that an eval suite asks, too; null when there are none."
     },
     {
      "name": "budgetMonth",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "YYYY-MM, UTC: the month of the project's budget that its money is held of. Null in older events."
     }
    ]
   }
  }
 ],
 "FineTuneResumeRequested": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneResumeRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneResumeRequested",
    "namespace": "ftm.fine_tune",
    "doc": "Somebody asked the job to go on.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "FineTuneResumed": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneResumed",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneResumed",
    "namespace": "ftm.fine_tune",
    "doc": "The job goes on at the provider.",
    "fields": [
     {
      "name": "providerStatus",
      "type": "string",
      "doc": "Status as the provider names it."
     }
    ]
   }
  }
 ],
 "FineTuneSubmitIntended": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneSubmitIntended",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneSubmitIntended",
    "namespace": "ftm.fine_tune",
    "doc": "The next thing is the paid request, exactly this one.",
    "fields": [
     {
      "name": "attempt",
      "type": "int",
      "doc": "From 1."
     },
     {
      "name": "requestSha256",
      "type": "string",
      "doc": "SHA-256 of the canonical request body."
     },
     {
      "name": "trainingFileId",
      "type": "string",
      "doc": "Uploaded file."
     },
     {
      "name": "validationFileId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Uploaded file."
     }
    ]
   }
  }
 ],
 "FineTuneSubmitRefused": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneSubmitRefused",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneSubmitRefused",
    "namespace": "ftm.fine_tune",
    "doc": "The provider said no to the paid request, and made nothing: it may be sent again as the next attempt.",
    "fields": [
     {
      "name": "attempt",
      "type": "int",
      "doc": "The attempt that was refused."
     },
     {
      "name": "kind",
      "type": "string",
      "doc": "What kind of refusal, such as rate_limit."
     },
     {
      "name": "code",
      "type": "string",
      "doc": "The provider’s own code."
     }
    ]
   }
  }
 ],
 "FineTuneSubmitResolved": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneSubmitResolved",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneSubmitResolved",
    "namespace": "ftm.fine_tune",
    "doc": "An operator decided what to do about a submit of which it cannot be known whether the provider has the job.",
    "fields": [
     {
      "name": "attempt",
      "type": "int",
      "doc": "The attempt that was ambiguous."
     },
     {
      "name": "decision",
      "type": {
       "type": "string",
       "ftm.values": [
        "resubmit",
        "adopt",
        "fail"
       ]
      },
      "doc": "What to do."
     },
     {
      "name": "providerJobId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "The job to adopt."
     },
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "FineTuneSubmitted": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneSubmitted",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneSubmitted",
    "namespace": "ftm.fine_tune",
    "doc": "The provider has the job.",
    "fields": [
     {
      "name": "attempt",
      "type": "int",
      "doc": "The attempt that made it."
     },
     {
      "name": "providerJobId",
      "type": "string",
      "doc": "Job id at the provider."
     },
     {
      "name": "adopted",
      "type": "boolean",
      "doc": "Found by listing, after an answer was lost."
     }
    ]
   }
  }
 ],
 "FineTuneSucceeded": [
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneSucceeded",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "FineTuneSucceeded",
    "namespace": "ftm.fine_tune",
    "doc": "The provider made a model.",
    "fields": [
     {
      "name": "providerModelId",
      "type": "string",
      "doc": "The model."
     },
     {
      "name": "trainedTokens",
      "type": "long",
      "doc": "Billed tokens."
     },
     {
      "name": "hyperparameters",
      "type": {
       "type": "record",
       "name": "Hyperparameters",
       "namespace": "ftm",
       "doc": "Null means auto: the provider decides.",
       "fields": [
        {
         "name": "nEpochs",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..50."
        },
        {
         "name": "batchSize",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..256."
        },
        {
         "name": "learningRateMultiplier",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "> 0."
        },
        {
         "name": "beta",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "DPO only, (0,2]."
        }
       ]
      },
      "doc": "As resolved by the provider."
     },
     {
      "name": "curveObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Loss curve and provider events, JSON, encrypted."
     },
     {
      "name": "checkpoints",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "FineTuneCheckpoint",
        "namespace": "ftm",
        "doc": "A checkpoint that the provider kept.",
        "fields": [
         {
          "name": "id",
          "type": "string",
          "doc": "Provider id."
         },
         {
          "name": "step",
          "type": "int",
          "doc": "Training step."
         },
         {
          "name": "providerModelId",
          "type": "string",
          "doc": "Model id of the checkpoint."
         },
         {
          "name": "trainLoss",
          "type": [
           "null",
           "double"
          ],
          "default": null,
          "doc": "Training loss."
         },
         {
          "name": "validLoss",
          "type": [
           "null",
           "double"
          ],
          "default": null,
          "doc": "Validation loss."
         }
        ]
       }
      },
      "doc": "Checkpoints."
     }
    ]
   }
  },
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneSucceeded",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "FineTuneSucceeded",
    "namespace": "ftm.fine_tune",
    "doc": "The provider made a model.",
    "fields": [
     {
      "name": "providerModelId",
      "type": "string",
      "doc": "The model."
     },
     {
      "name": "trainedTokens",
      "type": "long",
      "doc": "Billed tokens."
     },
     {
      "name": "hyperparameters",
      "type": {
       "type": "record",
       "name": "Hyperparameters",
       "namespace": "ftm",
       "doc": "Null means auto: the provider decides.",
       "fields": [
        {
         "name": "nEpochs",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..50."
        },
        {
         "name": "batchSize",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..256."
        },
        {
         "name": "learningRateMultiplier",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "> 0."
        },
        {
         "name": "beta",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "DPO only, (0,2]."
        }
       ]
      },
      "doc": "As resolved by the provider."
     },
     {
      "name": "curveObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Loss curve and provider events, JSON, encrypted."
     },
     {
      "name": "checkpoints",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "FineTuneCheckpoint",
        "namespace": "ftm",
        "doc": "A checkpoint that the provider kept.",
        "fields": [
         {
          "name": "id",
          "type": "string",
          "doc": "Provider id."
         },
         {
          "name": "step",
          "type": "int",
          "doc": "Training step."
         },
         {
          "name": "providerModelId",
          "type": "string",
          "doc": "Model id of the checkpoint."
         },
         {
          "name": "trainLoss",
          "type": [
           "null",
           "double"
          ],
          "default": null,
          "doc": "Training loss."
         },
         {
          "name": "validLoss",
          "type": [
           "null",
           "double"
          ],
          "default": null,
          "doc": "Validation loss."
         }
        ]
       }
      },
      "doc": "Checkpoints."
     },
     {
      "name": "selectedCheckpoint",
      "type": [
       "null",
       {
        "type": "record",
        "name": "CheckpointChoice",
        "namespace": "ftm",
        "doc": "The checkpoint that a rule picked, and why.",
        "fields": [
         {
          "name": "checkpointId",
          "type": "string",
          "doc": "Provider id."
         },
         {
          "name": "providerModelId",
          "type": "string",
          "doc": "Model id of the checkpoint."
         },
         {
          "name": "step",
          "type": "int",
          "doc": "Training step."
         },
         {
          "name": "rule",
          "type": "string",
          "doc": "The rule, such as best_validation_loss."
         },
         {
          "name": "reason",
          "type": "string",
          "doc": "Why this one, with the figures."
         }
        ]
       }
      ],
      "default": null,
      "doc": "Null when there is none to pick, and in events from before the rule."
     }
    ]
   }
  },
  {
   "aggregate": "fine-tune",
   "fullName": "ftm.fine_tune.FineTuneSucceeded",
   "version": 3,
   "schema": {
    "type": "record",
    "name": "FineTuneSucceeded",
    "namespace": "ftm.fine_tune",
    "doc": "The provider made a model.",
    "fields": [
     {
      "name": "providerModelId",
      "type": "string",
      "doc": "The model."
     },
     {
      "name": "trainedTokens",
      "type": "long",
      "doc": "Billed tokens."
     },
     {
      "name": "hyperparameters",
      "type": {
       "type": "record",
       "name": "Hyperparameters",
       "namespace": "ftm",
       "doc": "Null means auto: the provider decides.",
       "fields": [
        {
         "name": "nEpochs",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..50."
        },
        {
         "name": "batchSize",
         "type": [
          "null",
          "int"
         ],
         "default": null,
         "doc": "1..256."
        },
        {
         "name": "learningRateMultiplier",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "> 0."
        },
        {
         "name": "beta",
         "type": [
          "null",
          "double"
         ],
         "default": null,
         "doc": "DPO only, (0,2]."
        }
       ]
      },
      "doc": "As resolved by the provider."
     },
     {
      "name": "curveObject",
      "type": {
       "type": "record",
       "name": "ObjectRef",
       "namespace": "ftm",
       "doc": "An immutable object in the object store.",
       "fields": [
        {
         "name": "uri",
         "type": "string",
         "doc": "s3:// URI."
        },
        {
         "name": "sha256",
         "type": "string",
         "doc": "SHA-256 of the stored (encrypted) bytes, hex."
        },
        {
         "name": "bytes",
         "type": "long",
         "doc": "Size of the stored bytes."
        }
       ]
      },
      "doc": "Loss curve and provider events, JSON, encrypted."
     },
     {
      "name": "checkpoints",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "FineTuneCheckpoint",
        "namespace": "ftm",
        "doc": "A checkpoint that the provider kept.",
        "fields": [
         {
          "name": "id",
          "type": "string",
          "doc": "Provider id."
         },
         {
          "name": "step",
          "type": "int",
          "doc": "Training step."
         },
         {
          "name": "providerModelId",
          "type": "string",
          "doc": "Model id of the checkpoint."
         },
         {
          "name": "trainLoss",
          "type": [
           "null",
           "double"
          ],
          "default": null,
          "doc": "Training loss."
         },
         {
          "name": "validLoss",
          "type": [
           "null",
           "double"
          ],
          "default": null,
          "doc": "Validation loss."
         }
        ]
       }
      },
      "doc": "Checkpoints."
     },
     {
      "name": "selectedCheckpoint",
      "type": [
       "null",
       {
        "type": "record",
        "name": "CheckpointChoice",
        "namespace": "ftm",
        "doc": "The checkpoint that a rule picked, and why.",
        "fields": [
         {
          "name": "checkpointId",
          "type": "string",
          "doc": "Provider id."
         },
         {
          "name": "providerModelId",
          "type": "string",
          "doc": "Model id of the checkpoint."
         },
         {
          "name": "step",
          "type": "int",
          "doc": "Training step."
         },
         {
          "name": "rule",
          "type": "string",
          "doc": "The rule, such as best_validation_loss."
         },
         {
          "name": "reason",
          "type": "string",
          "doc": "Why this one, with the figures."
         }
        ]
       }
      ],
      "default": null,
      "doc": "Null when there is none to pick, and in events from before the rule."
     },
     {
      "name": "tokensUnknown",
      "type": "boolean",
      "default": false,
      "doc": "The provider does not name the tokens: then trainedTokens is 0 and says nothing. False in older events."
     }
    ]
   }
  }
 ],
 "WriterClaimed": [
  {
   "aggregate": "log",
   "fullName": "ftm.log.WriterClaimed",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "WriterClaimed",
    "namespace": "ftm.log",
    "doc": "Technical: a writer took this partition. Own key, no tenant, no seq; readers skip it.",
    "fields": [
     {
      "name": "partition",
      "type": "int",
      "doc": "Partition."
     },
     {
      "name": "instance",
      "type": "string",
      "doc": "Instance id."
     },
     {
      "name": "address",
      "type": "string",
      "doc": "Internal address of the instance."
     },
     {
      "name": "claimId",
      "type": "string",
      "doc": "Unique id of the claim."
     },
     {
      "name": "claimedAt",
      "type": {
       "type": "long",
       "logicalType": "timestamp-millis"
      },
      "doc": "When."
     }
    ]
   }
  }
 ],
 "ModelEndOfLifeAnnounced": [
  {
   "aggregate": "model-version",
   "fullName": "ftm.model_version.ModelEndOfLifeAnnounced",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ModelEndOfLifeAnnounced",
    "namespace": "ftm.model_version",
    "doc": "The provider will shut the model down.",
    "fields": [
     {
      "name": "shutdownDate",
      "type": "string",
      "doc": "ISO date."
     },
     {
      "name": "source",
      "type": "string",
      "doc": "Where it was read."
     }
    ]
   }
  }
 ],
 "ModelEndOfLifeWarned": [
  {
   "aggregate": "model-version",
   "fullName": "ftm.model_version.ModelEndOfLifeWarned",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ModelEndOfLifeWarned",
    "namespace": "ftm.model_version",
    "doc": "The shutdown of the model has come nearer than a limit.",
    "fields": [
     {
      "name": "shutdownDate",
      "type": "string",
      "doc": "ISO date."
     },
     {
      "name": "withinDays",
      "type": "int",
      "doc": "The limit: 180, 90 or 30."
     }
    ]
   }
  }
 ],
 "ModelVersionDemoted": [
  {
   "aggregate": "model-version",
   "fullName": "ftm.model_version.ModelVersionDemoted",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ModelVersionDemoted",
    "namespace": "ftm.model_version",
    "doc": "The version is no longer live for a target.",
    "fields": [
     {
      "name": "target",
      "type": {
       "type": "record",
       "name": "PromotionTarget",
       "namespace": "ftm",
       "doc": "Where a model version goes live.",
       "fields": [
        {
         "name": "type",
         "type": {
          "type": "string",
          "ftm.values": [
           "assistant",
           "project",
           "global"
          ]
         },
         "doc": "Kind of the target."
        },
        {
         "name": "value",
         "type": "string",
         "doc": "Id of the assistant or project; \"*\" for global."
        }
       ]
      },
      "doc": "Target."
     },
     {
      "name": "reason",
      "type": {
       "type": "string",
       "ftm.values": [
        "superseded",
        "rolled_back",
        "overridden"
       ]
      },
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "ModelVersionEvaluated": [
  {
   "aggregate": "model-version",
   "fullName": "ftm.model_version.ModelVersionEvaluated",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ModelVersionEvaluated",
    "namespace": "ftm.model_version",
    "doc": "An eval run of this model was completed.",
    "fields": [
     {
      "name": "evalRunId",
      "type": "string",
      "doc": "The run."
     },
     {
      "name": "suiteId",
      "type": "string",
      "doc": "Its suite."
     },
     {
      "name": "suiteVersion",
      "type": "int",
      "doc": "Version of the suite."
     },
     {
      "name": "score",
      "type": "double",
      "doc": "Primary score."
     },
     {
      "name": "ciLow",
      "type": "double",
      "doc": "Lower 95 % bound."
     },
     {
      "name": "ciHigh",
      "type": "double",
      "doc": "Upper 95 % bound."
     },
     {
      "name": "baselineRunId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Run compared with."
     },
     {
      "name": "verdict",
      "type": [
       "null",
       {
        "type": "string",
        "ftm.values": [
         "pass",
         "fail",
         "inconclusive"
        ]
       }
      ],
      "default": null,
      "doc": "Non-inferiority verdict."
     },
     {
      "name": "resultsSha256",
      "type": "string",
      "doc": "SHA-256 of the results object."
     }
    ]
   }
  }
 ],
 "ModelVersionPromoted": [
  {
   "aggregate": "model-version",
   "fullName": "ftm.model_version.ModelVersionPromoted",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ModelVersionPromoted",
    "namespace": "ftm.model_version",
    "doc": "The version is live for a target.",
    "fields": [
     {
      "name": "promotionId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Promotion; null for an admin override."
     },
     {
      "name": "target",
      "type": {
       "type": "record",
       "name": "PromotionTarget",
       "namespace": "ftm",
       "doc": "Where a model version goes live.",
       "fields": [
        {
         "name": "type",
         "type": {
          "type": "string",
          "ftm.values": [
           "assistant",
           "project",
           "global"
          ]
         },
         "doc": "Kind of the target."
        },
        {
         "name": "value",
         "type": "string",
         "doc": "Id of the assistant or project; \"*\" for global."
        }
       ]
      },
      "doc": "Target."
     }
    ]
   }
  }
 ],
 "ModelVersionRegistered": [
  {
   "aggregate": "model-version",
   "fullName": "ftm.model_version.ModelVersionRegistered",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ModelVersionRegistered",
    "namespace": "ftm.model_version",
    "doc": "A model version is a candidate.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "origin",
      "type": {
       "type": "string",
       "ftm.values": [
        "ft_job",
        "external"
       ]
      },
      "doc": "Where it comes from."
     },
     {
      "name": "ftJobId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Job that made it."
     },
     {
      "name": "datasetId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Dataset it was trained on."
     },
     {
      "name": "baseModel",
      "type": "string",
      "doc": "Base model."
     },
     {
      "name": "providerModelId",
      "type": "string",
      "doc": "Model id at the provider."
     }
    ]
   }
  },
  {
   "aggregate": "model-version",
   "fullName": "ftm.model_version.ModelVersionRegistered",
   "version": 2,
   "schema": {
    "type": "record",
    "name": "ModelVersionRegistered",
    "namespace": "ftm.model_version",
    "doc": "A model version is a candidate.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "origin",
      "type": {
       "type": "string",
       "ftm.values": [
        "ft_job",
        "external"
       ]
      },
      "doc": "Where it comes from."
     },
     {
      "name": "ftJobId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Job that made it."
     },
     {
      "name": "datasetId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Dataset it was trained on."
     },
     {
      "name": "baseModel",
      "type": "string",
      "doc": "Base model."
     },
     {
      "name": "providerModelId",
      "type": "string",
      "doc": "Model id at the provider."
     },
     {
      "name": "selection",
      "type": [
       "null",
       {
        "type": "record",
        "name": "CheckpointChoice",
        "namespace": "ftm",
        "doc": "The checkpoint that a rule picked, and why.",
        "fields": [
         {
          "name": "checkpointId",
          "type": "string",
          "doc": "Provider id."
         },
         {
          "name": "providerModelId",
          "type": "string",
          "doc": "Model id of the checkpoint."
         },
         {
          "name": "step",
          "type": "int",
          "doc": "Training step."
         },
         {
          "name": "rule",
          "type": "string",
          "doc": "The rule, such as best_validation_loss."
         },
         {
          "name": "reason",
          "type": "string",
          "doc": "Why this one, with the figures."
         }
        ]
       }
      ],
      "default": null,
      "doc": "The checkpoint that it is, and why that one; null for a model that is not one of several."
     }
    ]
   }
  }
 ],
 "ModelVersionRetired": [
  {
   "aggregate": "model-version",
   "fullName": "ftm.model_version.ModelVersionRetired",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ModelVersionRetired",
    "namespace": "ftm.model_version",
    "doc": "The version must not be used any more.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "PriceBookRevised": [
  {
   "aggregate": "pricing",
   "fullName": "ftm.pricing.PriceBookRevised",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PriceBookRevised",
    "namespace": "ftm.pricing",
    "doc": "The tenant’s own prices are exactly these from now on; where there is none, the default holds.",
    "fields": [
     {
      "name": "rows",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "PriceRow",
        "namespace": "ftm",
        "doc": "What a million tokens of a model cost from a day on.",
        "fields": [
         {
          "name": "model",
          "type": "string",
          "doc": "Start of the names of the models that it is the price of; the longest that fits wins."
         },
         {
          "name": "kind",
          "type": {
           "type": "string",
           "ftm.values": [
            "training",
            "input",
            "output"
           ]
          },
          "doc": "Which tokens."
         },
         {
          "name": "usdMicrosPerMillion",
          "type": "long",
          "doc": "Price of a million tokens, in millionths of a US dollar."
         },
         {
          "name": "effectiveFrom",
          "type": "string",
          "doc": "First day of the price, YYYY-MM-DD, UTC."
         },
         {
          "name": "source",
          "type": "string",
          "doc": "Where it was read, and when."
         },
         {
          "name": "note",
          "type": [
           "null",
           "string"
          ],
          "default": null,
          "doc": "What else is to be known of it."
         }
        ]
       }
      },
      "doc": "All rows of the tenant’s book."
     }
    ]
   }
  }
 ],
 "PointerMoved": [
  {
   "aggregate": "production-pointer",
   "fullName": "ftm.production_pointer.PointerMoved",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PointerMoved",
    "namespace": "ftm.production_pointer",
    "doc": "A promotion made a version live.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "target",
      "type": {
       "type": "record",
       "name": "PromotionTarget",
       "namespace": "ftm",
       "doc": "Where a model version goes live.",
       "fields": [
        {
         "name": "type",
         "type": {
          "type": "string",
          "ftm.values": [
           "assistant",
           "project",
           "global"
          ]
         },
         "doc": "Kind of the target."
        },
        {
         "name": "value",
         "type": "string",
         "doc": "Id of the assistant or project; \"*\" for global."
        }
       ]
      },
      "doc": "Target."
     },
     {
      "name": "modelVersionId",
      "type": "string",
      "doc": "Live now."
     },
     {
      "name": "providerModelId",
      "type": "string",
      "doc": "Its id at the provider."
     },
     {
      "name": "previousModelVersionId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Live before."
     },
     {
      "name": "promotionId",
      "type": "string",
      "doc": "The promotion."
     }
    ]
   }
  }
 ],
 "PointerOverridden": [
  {
   "aggregate": "production-pointer",
   "fullName": "ftm.production_pointer.PointerOverridden",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PointerOverridden",
    "namespace": "ftm.production_pointer",
    "doc": "An admin set the pointer by hand.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "target",
      "type": {
       "type": "record",
       "name": "PromotionTarget",
       "namespace": "ftm",
       "doc": "Where a model version goes live.",
       "fields": [
        {
         "name": "type",
         "type": {
          "type": "string",
          "ftm.values": [
           "assistant",
           "project",
           "global"
          ]
         },
         "doc": "Kind of the target."
        },
        {
         "name": "value",
         "type": "string",
         "doc": "Id of the assistant or project; \"*\" for global."
        }
       ]
      },
      "doc": "Target."
     },
     {
      "name": "modelVersionId",
      "type": "string",
      "doc": "Live now."
     },
     {
      "name": "providerModelId",
      "type": "string",
      "doc": "Its id at the provider."
     },
     {
      "name": "previousModelVersionId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Live before."
     },
     {
      "name": "reason",
      "type": "string",
      "doc": "Why, sanitised."
     }
    ]
   }
  }
 ],
 "PointerRolledBack": [
  {
   "aggregate": "production-pointer",
   "fullName": "ftm.production_pointer.PointerRolledBack",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PointerRolledBack",
    "namespace": "ftm.production_pointer",
    "doc": "A rollback brought the earlier version back.",
    "fields": [
     {
      "name": "modelVersionId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Live now; null when there was none before."
     },
     {
      "name": "providerModelId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Its id at the provider."
     },
     {
      "name": "fromModelVersionId",
      "type": "string",
      "doc": "Live before."
     },
     {
      "name": "promotionId",
      "type": "string",
      "doc": "The promotion that was undone."
     }
    ]
   }
  }
 ],
 "PromotionApproved": [
  {
   "aggregate": "promotion",
   "fullName": "ftm.promotion.PromotionApproved",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PromotionApproved",
    "namespace": "ftm.promotion",
    "doc": "A second principal approved exactly this model on exactly this evidence.",
    "fields": [
     {
      "name": "modelVersionId",
      "type": "string",
      "doc": "The version."
     },
     {
      "name": "evidenceSha256",
      "type": "string",
      "doc": "SHA-256 of the canonical evidence."
     },
     {
      "name": "requestedBy",
      "type": "string",
      "doc": "Who asked."
     },
     {
      "name": "approvedBy",
      "type": "string",
      "doc": "Who approved."
     },
     {
      "name": "previousModelVersionId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Version that was live before."
     }
    ]
   }
  }
 ],
 "PromotionBlocked": [
  {
   "aggregate": "promotion",
   "fullName": "ftm.promotion.PromotionBlocked",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PromotionBlocked",
    "namespace": "ftm.promotion",
    "doc": "A gate said no.",
    "fields": [
     {
      "name": "gate",
      "type": "string",
      "doc": "The gate that said no."
     },
     {
      "name": "reasons",
      "type": {
       "type": "array",
       "items": {
        "type": "record",
        "name": "Reason",
        "namespace": "ftm",
        "doc": "One reason of a refusal.",
        "fields": [
         {
          "name": "code",
          "type": "string",
          "doc": "Stable code, SCREAMING_CASE."
         },
         {
          "name": "message",
          "type": "string",
          "doc": "What it means, for people."
         }
        ]
       }
      },
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "PromotionRejected": [
  {
   "aggregate": "promotion",
   "fullName": "ftm.promotion.PromotionRejected",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PromotionRejected",
    "namespace": "ftm.promotion",
    "doc": "A principal said no.",
    "fields": [
     {
      "name": "rejectedBy",
      "type": "string",
      "doc": "Who."
     },
     {
      "name": "reason",
      "type": "string",
      "doc": "Why, sanitised."
     }
    ]
   }
  }
 ],
 "PromotionRequested": [
  {
   "aggregate": "promotion",
   "fullName": "ftm.promotion.PromotionRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PromotionRequested",
    "namespace": "ftm.promotion",
    "doc": "Somebody asked to make a model version live.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "modelVersionId",
      "type": "string",
      "doc": "The version."
     },
     {
      "name": "target",
      "type": {
       "type": "record",
       "name": "PromotionTarget",
       "namespace": "ftm",
       "doc": "Where a model version goes live.",
       "fields": [
        {
         "name": "type",
         "type": {
          "type": "string",
          "ftm.values": [
           "assistant",
           "project",
           "global"
          ]
         },
         "doc": "Kind of the target."
        },
        {
         "name": "value",
         "type": "string",
         "doc": "Id of the assistant or project; \"*\" for global."
        }
       ]
      },
      "doc": "Target."
     },
     {
      "name": "minEvalScore",
      "type": "double",
      "doc": "Lower bound for the score."
     },
     {
      "name": "notes",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Notes, scanned and sanitised by TRiSM."
     },
     {
      "name": "evidence",
      "type": [
       "null",
       {
        "type": "record",
        "name": "EvalEvidence",
        "namespace": "ftm",
        "doc": "The eval run that a promotion rests on, by hash.",
        "fields": [
         {
          "name": "evalRunId",
          "type": "string",
          "doc": "The run."
         },
         {
          "name": "suiteId",
          "type": "string",
          "doc": "Its suite."
         },
         {
          "name": "suiteVersion",
          "type": "int",
          "doc": "Version of the suite."
         },
         {
          "name": "score",
          "type": "double",
          "doc": "Mean score."
         },
         {
          "name": "ciLow",
          "type": "double",
          "doc": "Lower 95 % bound."
         },
         {
          "name": "ciHigh",
          "type": "double",
          "doc": "Upper 95 % bound."
         },
         {
          "name": "baselineRunId",
          "type": [
           "null",
           "string"
          ],
          "default": null,
          "doc": "Run compared with."
         },
         {
          "name": "verdict",
          "type": [
           "null",
           {
            "type": "string",
            "ftm.values": [
             "pass",
             "fail",
             "inconclusive"
            ]
           }
          ],
          "default": null,
          "doc": "Non-inferiority against the baseline."
         },
         {
          "name": "resultsSha256",
          "type": "string",
          "doc": "SHA-256 of the stored results object."
         }
        ]
       }
      ],
      "default": null,
      "doc": "The eval run it rests on; null when there is none, and then it is blocked."
     }
    ]
   }
  }
 ],
 "PromotionRolledBack": [
  {
   "aggregate": "promotion",
   "fullName": "ftm.promotion.PromotionRolledBack",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "PromotionRolledBack",
    "namespace": "ftm.promotion",
    "doc": "The promotion was undone.",
    "fields": [
     {
      "name": "rolledBackBy",
      "type": "string",
      "doc": "Who."
     },
     {
      "name": "reason",
      "type": "string",
      "doc": "Why, sanitised."
     },
     {
      "name": "restoredModelVersionId",
      "type": [
       "null",
       "string"
      ],
      "default": null,
      "doc": "Version that is live again."
     }
    ]
   }
  }
 ],
 "ReEvalScheduled": [
  {
   "aggregate": "re-eval",
   "fullName": "ftm.re_eval.ReEvalScheduled",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ReEvalScheduled",
    "namespace": "ftm.re_eval",
    "doc": "A model is to be evaluated again and again.",
    "fields": [
     {
      "name": "projectId",
      "type": "string",
      "doc": "Project."
     },
     {
      "name": "suiteId",
      "type": "string",
      "doc": "Suite."
     },
     {
      "name": "target",
      "type": {
       "type": "record",
       "name": "PromotionTarget",
       "namespace": "ftm",
       "doc": "Where a model version goes live.",
       "fields": [
        {
         "name": "type",
         "type": {
          "type": "string",
          "ftm.values": [
           "assistant",
           "project",
           "global"
          ]
         },
         "doc": "Kind of the target."
        },
        {
         "name": "value",
         "type": "string",
         "doc": "Id of the assistant or project; \"*\" for global."
        }
       ]
      },
      "doc": "Whose live model."
     },
     {
      "name": "cron",
      "type": "string",
      "doc": "Cron expression."
     },
     {
      "name": "timeZone",
      "type": "string",
      "doc": "IANA time zone."
     },
     {
      "name": "policy",
      "type": {
       "type": "record",
       "name": "RegressionPolicy",
       "namespace": "ftm",
       "doc": "When a drop is a regression.",
       "fields": [
        {
         "name": "margin",
         "type": "double",
         "doc": "Largest drop that is no regression."
        },
        {
         "name": "alpha",
         "type": "double",
         "doc": "Error rate of the test."
        },
        {
         "name": "autoRollback",
         "type": "boolean",
         "doc": "Roll back without asking."
        }
       ]
      },
      "doc": "Policy."
     }
    ]
   }
  }
 ],
 "ReEvalTriggered": [
  {
   "aggregate": "re-eval",
   "fullName": "ftm.re_eval.ReEvalTriggered",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ReEvalTriggered",
    "namespace": "ftm.re_eval",
    "doc": "A scheduled run was started.",
    "fields": [
     {
      "name": "evalRunId",
      "type": "string",
      "doc": "The run."
     },
     {
      "name": "scheduledFor",
      "type": "string",
      "doc": "When it was due, ISO 8601."
     }
    ]
   }
  }
 ],
 "ReEvalUnscheduled": [
  {
   "aggregate": "re-eval",
   "fullName": "ftm.re_eval.ReEvalUnscheduled",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "ReEvalUnscheduled",
    "namespace": "ftm.re_eval",
    "doc": "The schedule ended.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "RegressionDetected": [
  {
   "aggregate": "re-eval",
   "fullName": "ftm.re_eval.RegressionDetected",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "RegressionDetected",
    "namespace": "ftm.re_eval",
    "doc": "The live model got worse beyond chance.",
    "fields": [
     {
      "name": "evalRunId",
      "type": "string",
      "doc": "The run."
     },
     {
      "name": "baselineRunId",
      "type": "string",
      "doc": "Compared with."
     },
     {
      "name": "difference",
      "type": "double",
      "doc": "Run minus baseline."
     },
     {
      "name": "ciLow",
      "type": "double",
      "doc": "Lower 95 % bound."
     },
     {
      "name": "ciHigh",
      "type": "double",
      "doc": "Upper 95 % bound."
     },
     {
      "name": "pValue",
      "type": "double",
      "doc": "Two-sided p."
     }
    ]
   }
  }
 ],
 "TenantErased": [
  {
   "aggregate": "tenant",
   "fullName": "ftm.tenant.TenantErased",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "TenantErased",
    "namespace": "ftm.tenant",
    "doc": "Every data key of the tenant was destroyed: its objects are unreadable everywhere.",
    "fields": [
     {
      "name": "requestedBy",
      "type": "string",
      "doc": "Who asked."
     },
     {
      "name": "confirmedBy",
      "type": "string",
      "doc": "Who confirmed."
     },
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     },
     {
      "name": "dataKeys",
      "type": "int",
      "doc": "How many data keys the tenant ever had; none of them is left."
     }
    ]
   }
  }
 ],
 "TenantErasureConfirmed": [
  {
   "aggregate": "tenant",
   "fullName": "ftm.tenant.TenantErasureConfirmed",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "TenantErasureConfirmed",
    "namespace": "ftm.tenant",
    "doc": "Two people want the tenant erased: from now on it can begin nothing new and nobody reads its objects; what runs is canceled, then its data keys are destroyed.",
    "fields": [
     {
      "name": "requestedBy",
      "type": "string",
      "doc": "Who asked."
     },
     {
      "name": "confirmedBy",
      "type": "string",
      "doc": "Who confirmed; never the one who asked."
     },
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ],
 "TenantErasureRequested": [
  {
   "aggregate": "tenant",
   "fullName": "ftm.tenant.TenantErasureRequested",
   "version": 1,
   "schema": {
    "type": "record",
    "name": "TenantErasureRequested",
    "namespace": "ftm.tenant",
    "doc": "Somebody asked for everything of the tenant to be erased. Nothing happens until somebody else confirms it.",
    "fields": [
     {
      "name": "reason",
      "type": "string",
      "doc": "Why."
     }
    ]
   }
  }
 ]
};
