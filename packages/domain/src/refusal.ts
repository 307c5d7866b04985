import type { FtmEvent } from '@ftm/contracts/generated/events';
import { reject, type Rejection } from './decision.ts';
import type { RuleCode } from './rule-code.ts';

/** A refusal that the log keeps, from the events of its command. */
export function refusalOf(events: readonly FtmEvent[]): Rejection | undefined {
  for (const { type, data } of events)
    // A code that was ever written stays in the list.
    if (type === 'CommandRefused')
      return reject(data.code as RuleCode, data.message, data.reasons ?? undefined);
  return undefined;
}

/** A resource that a gate blocked with this command: it is there, and what was asked for is refused. */
export function blockOf(events: readonly FtmEvent[]): Rejection | undefined {
  for (const event of events) {
    switch (event.type) {
      case 'DatasetBlocked':
      case 'EvalRunBlocked':
      case 'FineTuneBlocked':
      case 'PromotionBlocked':
        return reject('GATE_DENIED', `the gate ${event.data.gate} said no`, event.data.reasons);
      default:
    }
  }
  return undefined;
}
