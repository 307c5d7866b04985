/** A training job as the provider shows it; what it leaves out is not known, which is null. */
export interface ProviderJob {
  readonly id: string;
  /** An open set; `unknown` when there is none. */
  readonly status: string;
  /** How it ended; null while it goes on. */
  readonly end: 'succeeded' | 'failed' | 'canceled' | null;
  /** Unix seconds. */
  readonly createdAt: number | null;
  /** Unix seconds. */
  readonly estimatedFinish: number | null;
  readonly fineTunedModel: string | null;
  readonly trainedTokens: number | null;
  readonly error: {
    readonly code: string;
    readonly message: string | null;
    readonly param: string | null;
  } | null;
  readonly hyperparameters: {
    readonly nEpochs: number | null;
    readonly batchSize: number | null;
    readonly learningRateMultiplier: number | null;
    readonly beta: number | null;
  };
  readonly metadata: Readonly<Record<string, string>>;
  readonly trainingFileId: string | null;
  /** As it came, with every field that nobody here knows. */
  readonly raw: unknown;
}

export interface CurvePoint {
  readonly step: number;
  readonly totalSteps: number | null;
  readonly trainLoss: number | null;
  readonly validLoss: number | null;
}

/** What the provider tells of a job, oldest first. */
export interface ProviderEvent {
  readonly id: string;
  /** Unix seconds. */
  readonly createdAt: number | null;
  readonly level: string;
  readonly message: string;
  readonly point: CurvePoint | null;
  readonly raw: unknown;
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

/** A file's bytes as they come, and how many they will be. */
export interface FileSource {
  readonly bytes: number;
  readonly stream: AsyncIterable<Uint8Array>;
}

/** What a job is recognised by: its metadata, or the training file, which no other job has. */
export interface JobTag {
  readonly metadata: Readonly<Record<string, string>>;
  readonly trainingFileIds: readonly string[];
}

/** Where models are trained and asked. Every method throws ProviderRefused or ProviderUnknown. */
export interface TrainingProvider {
  /** Which account it speaks for: the same for the same endpoint and key, and says nothing of either. */
  readonly account: string;
  /** Of its API. */
  readonly host: string;
  /** @returns the file's id. A large file goes in parts. */
  uploadFile(name: string, source: FileSource): Promise<string>;
  /** Ids of the training files with one of these names. */
  findFiles(names: readonly string[]): Promise<readonly string[]>;
  /** One that is not there is deleted already. */
  deleteFile(id: string): Promise<void>;
  /** Of those models that the provider shows and will shut down, by the names that were asked for. */
  shutdownDates(
    models: readonly string[],
  ): Promise<readonly { readonly model: string; readonly shutdownDate: string; readonly source: string }[]>;
  jobRequest(order: JobOrder): JobRequest;
  /** Sent once: never repeated by the client itself. */
  createJob(request: JobRequest): Promise<ProviderJob>;
  /** All jobs that carry the tag, oldest first. */
  findJobs(tag: JobTag): Promise<readonly ProviderJob[]>;
  getJob(id: string): Promise<ProviderJob>;
  cancelJob(id: string): Promise<ProviderJob>;
  pauseJob(id: string): Promise<ProviderJob>;
  resumeJob(id: string): Promise<ProviderJob>;
  events(id: string): Promise<readonly ProviderEvent[]>;
  latestPoint(id: string): Promise<CurvePoint | null>;
  checkpoints(id: string): Promise<readonly ProviderCheckpoint[]>;
  /** A vector for each text, in order. */
  embed(model: string, texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  complete(
    model: string,
    messages: readonly { readonly role: string; readonly content: string }[],
  ): Promise<Answer>;
}

/** Points of the loss curve, by step. */
export const curveOf = (events: readonly ProviderEvent[]): readonly CurvePoint[] =>
  events.flatMap(({ point }) => (point === null ? [] : [point])).toSorted((a, b) => a.step - b.step);
