import { deserialize, serialize } from 'node:v8';
import { open, readFile, rename } from 'node:fs/promises';

/** A question and the answer that was shown for it. */
export interface Example {
  readonly question: string;
  readonly history: string;
  readonly answer: string;
}

/** Softmax over the distinct answers: `weights` is row-major, one row of `labels.length` per entry of `featureIds`. */
export interface SoftmaxArtefact {
  readonly kind: 'softmax';
  readonly labels: readonly string[];
  readonly featureIds: Uint32Array;
  readonly weights: Float32Array;
  /** Trust in the words of the label itself. */
  readonly prior: number;
}

/** The training rows, and how much each feature tells them apart. */
export interface RetrievalArtefact {
  readonly kind: 'retrieval';
  readonly examples: readonly Example[];
  readonly featureIds: Uint32Array;
  readonly featureWeights: Float32Array;
}

/** A reranker over the candidates of `base`. */
export interface DpoArtefact {
  readonly kind: 'dpo';
  readonly base: SoftmaxArtefact | RetrievalArtefact;
  readonly weights: Float32Array;
}

export type Artefact = SoftmaxArtefact | RetrievalArtefact | DpoArtefact;

/** On disk and complete before the promise resolves; a crash leaves the former file or none. */
export async function writeArtefact(path: string, artefact: Artefact): Promise<void> {
  await writeDurably(path, serialize(artefact));
}

/** @throws Error when the file is missing */
export async function readArtefact(path: string): Promise<Artefact> {
  return deserialize(await readFile(path)) as Artefact;
}

export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}
