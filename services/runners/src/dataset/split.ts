import { digest } from '@ftm/contracts/ids';

/** Which rows are held back for validation: decided for each row by its own content and the seed, so that batches, workers and crashes change nothing. */
export function isValidation(
  rowKey: string,
  split: { readonly validationFraction: number; readonly seed: number },
): boolean {
  return (
    parseInt(digest('ftm.split', String(split.seed), rowKey).slice(0, 12), 16) / 2 ** 48 <
    split.validationFraction
  );
}
