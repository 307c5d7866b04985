import { REMEDIES } from '../rows/rejections.ts';

/** What to do about a row that was left out, for every cause there is on the way from a source to a dataset. */
export const BUILD_REMEDIES = {
  ...REMEDIES,
  not_single_turn: 'use jsonl_chat for conversations',
  no_preference: 'collect corrections or regenerated answers for such traces, or leave them out',
  trism_dropped: 'look at the row in the Orchestrator, or use another sanitizer_profile',
  too_large_to_sanitise: 'split the example: TRiSM takes at most 4 MiB of text at once',
  exact_duplicate: 'nothing to do: the earlier row is kept',
  near_duplicate: 'nothing to do: the earlier row is kept',
  semantic_duplicate: 'nothing to do: the earlier row is kept',
  contaminated_by_eval:
    'nothing to do: training on it would make the eval worthless; or take the case out of the suite',
} as const;
