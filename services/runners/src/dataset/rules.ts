import type { AnalysisRules } from '@ftm/dataset/build/analyse-rows';
import type { OutputFormat } from '@ftm/dataset/rows/row';
import { rowRules } from '@ftm/dataset/rows/rules';
import { validateRow } from '@ftm/dataset/rows/validate-row';
import { createTokenCounter } from '@ftm/dataset/tokens/row-tokens';
import { detect } from '@ftm/pii/detect';

/** What decides how rows are checked and counted. */
export interface RulesRecipe {
  readonly format: OutputFormat;
  readonly images: 'refused' | 'allowed';
  /** Base model that tokens are counted for. */
  readonly model: string;
}

/** Where nobody says for which model: its tokens are those of all that are tuned today. */
export const USUAL_MODEL = 'gpt-4.1-mini';

export function rowValidator({
  format,
  images,
}: Pick<RulesRecipe, 'format' | 'images'>): AnalysisRules['validate'] {
  const rules = rowRules({ format, images });
  return (value) => validateRow(value, rules);
}

export async function analysisRules(recipe: RulesRecipe): Promise<AnalysisRules> {
  const counter = await createTokenCounter(recipe.model);
  return {
    validate: rowValidator(recipe),
    // The second pair of eyes: what comes back from TRiSM is looked at before a dataset is made of it. What may be
    // something else as well is TRiSM's to decide.
    isPersonal: (text) => detect(text).some(({ certain }) => certain),
    tokensOf: (row) => counter.row(row),
  };
}
