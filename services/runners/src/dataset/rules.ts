import type { AnalysisRules } from '@ftm/dataset/build/analyse-rows';
import type { OutputFormat } from '@ftm/dataset/rows/row';
import { rowRules } from '@ftm/dataset/rows/rules';
import { validateRow } from '@ftm/dataset/rows/validate-row';
import { detect } from '@ftm/pii/detect';
import { rowTokens } from './tokens.ts';

/** What decides how rows are checked and counted. */
export interface RulesRecipe {
  readonly format: OutputFormat;
  readonly images: 'refused' | 'allowed';
  /** Base model; null: the usual one. */
  readonly model: string | null;
}

export function rowValidator({ format, images }: RulesRecipe): AnalysisRules['validate'] {
  const rules = rowRules({ format, images });
  return (value) => {
    const { row, rejections } = validateRow(value, rules);
    return { row, rejections };
  };
}

export function analysisRules(recipe: RulesRecipe): AnalysisRules {
  return {
    validate: rowValidator(recipe),
    isPersonal: (text) => detect(text).length > 0,
    tokensOf: (row) => {
      const tokens = rowTokens(row as never);
      return { tokens, billable: tokens };
    },
  };
}
