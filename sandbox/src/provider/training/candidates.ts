import type { Artefact } from './artefact.ts';
import { dpoCandidates } from './dpo.ts';
import type { Prompt } from './features.ts';
import { retrievalCandidates } from './retrieval.ts';
import { softmaxCandidates, type Candidate } from './softmax.ts';

/** The answers a trained model would give, most likely first. */
export function candidatesOf(artefact: Artefact): (prompt: Prompt) => Candidate[] {
  switch (artefact.kind) {
    case 'softmax':
      return softmaxCandidates(artefact);
    case 'retrieval':
      return retrievalCandidates(artefact);
    case 'dpo':
      return dpoCandidates(artefact);
  }
}
