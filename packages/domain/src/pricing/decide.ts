import type { PriceRow } from '@ftm/contracts/generated/events';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import { NOTHING, reject, type Verdict } from '../decision.ts';
import type { PricingCommand } from './commands.ts';
import type { PricingState } from './state.ts';

/** Two prices of the same tokens from the same day on contradict each other. */
export function decidePricing({ rows }: PricingCommand, state: PricingState): Verdict {
  const seen = new Map<string, number>();
  for (const [at, row] of rows.entries()) {
    const first = seen.get(keyOf(row));
    if (first !== undefined)
      return reject(
        'PRICE_AMBIGUOUS',
        `rows.${at}: rows.${first} is a price of ${row.kind} tokens of ${row.model} from ${row.effectiveFrom} on, too; leave one of them out`,
      );
    seen.set(keyOf(row), at);
  }
  if (state.status === 'revised' && canonicalJson(state.rows) === canonicalJson(rows)) return NOTHING;
  return [{ type: 'PriceBookRevised', data: { rows } }];
}

const keyOf = ({ model, kind, effectiveFrom }: PriceRow): string => `${kind} ${effectiveFrom} ${model}`;
