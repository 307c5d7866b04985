import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, OF_TENANT } from '../aggregate.ts';
import { on } from '../decision.ts';
import type { PricingCommand } from './commands.ts';
import { decidePricing } from './decide.ts';
import { evolvePricing, initialPricing, type PricingState } from './state.ts';

export const pricing = defineAggregate<'pricing', PricingState, PricingCommand>({
  name: 'pricing',
  commands: { RevisePriceBook: { begins: true } },
  initial: initialPricing,
  evolve: evolvePricing,
  handle: (command, state) => on(streamId('pricing', command.id), decidePricing(command, state)),
  projectOf: () => OF_TENANT,
});
