import type { Envelope } from '@ftm/contracts/envelope';
import { isUuid, parseStreamId } from '@ftm/contracts/ids';

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;
const MAX_VERSION = 2 ** 31 - 1;

/**
 * Why a record that extends the chain can still not be stored under its stream, version and time; null when it can. No writer of ours makes one, so
 * such a record is parked as it is: one odd record must not hold up a partition.
 */
export function unsoundness(envelope: Envelope, headers: Readonly<Record<string, string>>): string | null {
  if (Object.entries(headers).some(([name, value]) => name.includes('\0') || value.includes('\0')))
    return 'a header has a NUL in it';
  if (!isUuid(envelope.id)) return 'ce_id is no UUID';
  if (!TIME.test(envelope.time) || Number.isNaN(Date.parse(envelope.time)))
    return 'ce_time is no time in UTC';
  if (envelope.version > MAX_VERSION) return 'ftm_version is out of range';
  try {
    if (!isUuid(parseStreamId(envelope.stream).id)) return 'ce_subject names no UUID';
  } catch {
    return 'ce_subject is no stream';
  }
  return null;
}
