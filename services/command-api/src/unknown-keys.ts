import { isIPv6 } from 'node:net';

/** Look-ups of keys that are not known here, of one address: so many at once, and so many a second after that. */
const AT_ONCE = 100;
const A_SECOND = 20;
const MOST_ADDRESSES = 10_000;

/** Buckets by address, which guessing keys empties; a key that turns out to be good costs nothing. */
export interface UnknownKeys {
  /** False: this address has to wait. */
  take(address: string): boolean;
  giveBack(address: string): void;
}

/** @param now epoch ms */
export function createUnknownKeys(now: () => number = Date.now): UnknownKeys {
  const buckets = new Map<string, { tokens: number; at: number }>();

  function bucketOf(address: string) {
    const key = networkOf(address);
    const at = now();
    const { tokens, at: before } = buckets.get(key) ?? { tokens: AT_ONCE, at };
    const bucket = { tokens: Math.min(AT_ONCE, tokens + ((at - before) / 1000) * A_SECOND), at };
    buckets.delete(key);
    buckets.set(key, bucket);
    const [oldest] = buckets.keys();
    if (buckets.size > MOST_ADDRESSES && oldest !== undefined) buckets.delete(oldest);
    return bucket;
  }

  return {
    take(address) {
      const bucket = bucketOf(address);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
    giveBack(address) {
      bucketOf(address).tokens += 1;
    },
  };
}

/** Who has one address of IPv6 has the other 2^64 of its network, too. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [front = [], back = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const left = Array.from({ length: 8 - front.length - back.length }, () => '0');
  return [...front, ...left, ...back].slice(0, 4).join(':');
}
