import type { Store } from '../state/store.ts';
import { readArtefact } from '../training/artefact.ts';
import { candidatesOf } from '../training/candidates.ts';
import type { Prompt } from '../training/features.ts';
import type { Candidate } from '../training/softmax.ts';

/** Trained weights, read from disk when a model is first asked. */
export interface Weights {
  candidates(file: string): Promise<(prompt: Prompt) => Candidate[]>;
}

const KEPT = 6;

export function createWeights(store: Store): Weights {
  const loaded = new Map<string, Promise<(prompt: Prompt) => Candidate[]>>();
  return {
    async candidates(file) {
      const found = loaded.get(file) ?? readArtefact(store.path('weights', file)).then(candidatesOf);
      // Moved to the end: the first is the one that was not asked for longest.
      loaded.delete(file);
      loaded.set(file, found);
      const oldest = loaded.keys().next().value;
      if (loaded.size > KEPT && oldest !== undefined) loaded.delete(oldest);
      return found.catch((error: unknown) => {
        loaded.delete(file);
        throw error;
      });
    },
  };
}
