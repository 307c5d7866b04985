/** Unix time in seconds, as the wire has it. */
export type Seconds = number;

/** What every record carries: the organisation that it belongs to, which alone may see it. */
export interface Owned {
  readonly org: string;
}

export interface FileObject {
  readonly id: string;
  readonly object: 'file';
  readonly bytes: number;
  readonly created_at: Seconds;
  readonly expires_at?: Seconds;
  readonly filename: string;
  readonly purpose: string;
  readonly status: 'uploaded' | 'processed' | 'error';
  readonly status_details: null;
}

export interface FileRecord extends Owned {
  readonly wire: FileObject;
}

export interface UploadRecord extends Owned {
  readonly wire: {
    readonly id: string;
    readonly object: 'upload';
    readonly bytes: number;
    readonly created_at: Seconds;
    readonly expires_at: Seconds;
    readonly filename: string;
    readonly purpose: string;
    readonly status: 'pending' | 'completed' | 'cancelled' | 'expired';
    readonly file: FileObject | null;
  };
  readonly parts: readonly { readonly id: string; readonly bytes: number }[];
}

export type JobStatus =
  'validating_files' | 'queued' | 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled';

export interface JobError {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
}

export type AutoOr = 'auto' | number;

export interface Hyperparameters {
  readonly n_epochs: AutoOr;
  readonly batch_size: AutoOr;
  readonly learning_rate_multiplier: AutoOr;
  readonly beta?: AutoOr;
}

export interface JobObject {
  readonly id: string;
  readonly object: 'fine_tuning.job';
  readonly created_at: Seconds;
  readonly finished_at: Seconds | null;
  readonly estimated_finish: Seconds | null;
  readonly status: JobStatus;
  readonly error: JobError | null;
  readonly model: string;
  readonly fine_tuned_model: string | null;
  /** Of the supervised method only. */
  readonly hyperparameters?: Hyperparameters;
  readonly method: {
    readonly type: 'supervised' | 'dpo';
    readonly supervised?: { readonly hyperparameters: Hyperparameters };
    readonly dpo?: { readonly hyperparameters: Hyperparameters };
  };
  readonly organization_id: string;
  readonly training_file: string;
  readonly validation_file: string | null;
  readonly result_files: readonly string[];
  readonly trained_tokens: number | null;
  readonly seed: number;
  readonly integrations: readonly unknown[];
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly user_provided_suffix: string | null;
}

export interface JobRecord extends Owned {
  readonly wire: JobObject;
  /** Known once the files are validated. */
  readonly inspected: { readonly rows: number; readonly tokens: number } | null;
  /** Weights written so far, oldest first; at most the last three. */
  readonly checkpoints: readonly CheckpointDraft[];
  readonly lastStepTold: number;
  /** When its training began, epoch ms: its end is estimated from the pace since then. */
  readonly startedMs: number | null;
}

export interface CheckpointDraft {
  readonly step: number;
  readonly path: string;
  readonly created_at: Seconds;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface JobEvent {
  readonly id: string;
  readonly object: 'fine_tuning.job.event';
  readonly created_at: Seconds;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly type: 'message' | 'metrics';
  readonly data: Readonly<Record<string, number>>;
}

export interface EventRecord extends Owned {
  readonly job: string;
  readonly wire: JobEvent;
}

export interface CheckpointRecord extends Owned {
  readonly job: string;
  readonly wire: {
    readonly id: string;
    readonly object: 'fine_tuning.job.checkpoint';
    readonly created_at: Seconds;
    readonly fine_tuned_model_checkpoint: string;
    readonly fine_tuning_job_id: string;
    readonly metrics: Readonly<Record<string, number>>;
    readonly step_number: number;
  };
}

export interface ModelObject {
  readonly id: string;
  readonly object: 'model';
  readonly created: Seconds;
  readonly owned_by: string;
  /** YYYY-MM-DD, null while none is announced. */
  readonly shutdown_date: string | null;
}

export interface ModelRecord extends Owned {
  readonly wire: ModelObject;
  readonly base: string;
  readonly weights: string;
}

export interface WebhookRecord extends Owned {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  /** Extra copies of each delivery. */
  readonly duplicates: number;
  readonly out_of_order: boolean;
  /** Also sends each event once with a wrong signature. */
  readonly forged: boolean;
}

export interface DeliveryRecord extends Owned {
  readonly id: string;
  readonly webhook: string;
  readonly body: string;
}

/** Collections of the store and their records. `retirements` overrides the shutdown date of any model. */
export interface Collections {
  files: FileRecord;
  uploads: UploadRecord;
  jobs: JobRecord;
  events: EventRecord;
  checkpoints: CheckpointRecord;
  models: ModelRecord;
  webhooks: WebhookRecord;
  deliveries: DeliveryRecord;
  retirements: { readonly shutdown_date: string | null };
}
