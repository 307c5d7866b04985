/** A training job as the provider shows it. Statuses are an open set. */
export interface ProviderJob {
  readonly id: string;
  readonly status: string;
  readonly createdAt: number;
  readonly fineTunedModel: string | null;
  readonly trainedTokens: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly hyperparameters: {
    readonly nEpochs: number | null;
    readonly batchSize: number | null;
    readonly learningRateMultiplier: number | null;
    readonly beta: number | null;
  };
}

export interface CurvePoint {
  readonly step: number;
  readonly totalSteps: number | null;
  readonly trainLoss: number | null;
  readonly validLoss: number | null;
}

export interface ProviderCheckpoint {
  readonly id: string;
  readonly step: number;
  readonly providerModelId: string;
  readonly trainLoss: number | null;
  readonly validLoss: number | null;
}

/** The request exactly as it will be sent; its hash is on the log before it is. */
export type JobRequest = Readonly<Record<string, unknown>>;

export interface JobOrder {
  readonly model: string;
  readonly method: 'supervised' | 'dpo';
  readonly trainingFileId: string;
  readonly validationFileId: string | null;
  readonly hyperparameters: {
    readonly nEpochs: number | null;
    readonly batchSize: number | null;
    readonly learningRateMultiplier: number | null;
    readonly beta: number | null;
  };
  readonly suffix: string | null;
  readonly seed: number | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The provider said no, and nothing was made: the request will be refused again as it is. */
export class ProviderRefused extends Error {
  readonly code: string;
  readonly retryable: boolean;
  constructor(code: string, message: string, retryable: boolean) {
    super(message);
    this.name = 'ProviderRefused';
    this.code = code;
    this.retryable = retryable;
  }
}

/** It cannot be known what became of the request. */
export class ProviderUnknown extends Error {
  constructor(cause: unknown) {
    super('the provider gave no answer that can be relied on', { cause });
    this.name = 'ProviderUnknown';
  }
}

/** Where models are trained and asked. Every method throws ProviderRefused or ProviderUnknown. */
export interface TrainingProvider {
  uploadFile(name: string, bytes: Buffer): Promise<string>;
  jobRequest(order: JobOrder): JobRequest;
  /** Sent once: never repeated by the client itself. */
  createJob(request: JobRequest): Promise<ProviderJob>;
  /** All jobs that carry the metadata, oldest first. */
  findJobs(metadata: Readonly<Record<string, string>>): Promise<readonly ProviderJob[]>;
  getJob(id: string): Promise<ProviderJob>;
  cancelJob(id: string): Promise<ProviderJob>;
  /** Points of the loss curve, by step. */
  curve(id: string): Promise<readonly CurvePoint[]>;
  latestPoint(id: string): Promise<CurvePoint | null>;
  checkpoints(id: string): Promise<readonly ProviderCheckpoint[]>;
  complete(
    model: string,
    messages: readonly { readonly role: string; readonly content: string }[],
  ): Promise<Answer>;
}
