import type { RecordedEvent } from './envelope.ts';

/** Up to where something is looked at: a time, a number of events, or a position in the topic; each includes the event that it names. */
export type Moment =
  | { readonly kind: 'time'; readonly time: string }
  /** Events of what is looked at: the version of a stream, the sequence number of a tenant. */
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'position'; readonly partition: number; readonly offset: bigint };

export const MOMENT_FORMS =
  'a time (ISO 8601), a number of events (a stream’s version, a tenant’s sequence number), or a position (<partition>:<offset>)';

const COUNT = '[0-9]{1,15}';
const POSITION = '[0-9]{1,9}:[0-9]{1,18}';
const MONTH_DAY =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))';
const HOUR_MINUTE = '(?:[01][0-9]|2[0-3]):[0-5][0-9]';
const TIME = `[0-9]{4}-${MONTH_DAY}(?:T${HOUR_MINUTE}(?::[0-5][0-9](?:\\.[0-9]{1,9})?)?(?:Z|[+-]${HOUR_MINUTE})?)?`;
/** What is a moment, and nothing else is: for documents that say so to others. */
export const MOMENT = new RegExp(`^(?:${COUNT}|${POSITION}|${TIME})$`);

/** @throws RangeError saying what is allowed */
export function parseMoment(text: string): Moment {
  if (/^\d{1,15}$/.test(text)) return { kind: 'count', count: Number(text) };
  const [, partition, offset] = /^(\d{1,9}):(\d{1,18})$/.exec(text) ?? [];
  if (partition !== undefined && offset !== undefined)
    return { kind: 'position', partition: Number(partition), offset: BigInt(offset) };
  const time = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new RangeError(`not ${MOMENT_FORMS}: ${text.slice(0, 80)}`);
  return { kind: 'time', time: new Date(time).toISOString() };
}

/**
 * Had the event happened by then?
 * @param nth its number in what is looked at
 */
export function happenedBy(
  moment: Moment | undefined,
  { envelope, position }: Pick<RecordedEvent, 'envelope' | 'position'>,
  nth: number,
): boolean {
  if (moment === undefined) return true;
  if (moment.kind === 'time') return envelope.time <= moment.time;
  if (moment.kind === 'count') return nth <= moment.count;
  return position.partition === moment.partition && position.offset <= moment.offset;
}
