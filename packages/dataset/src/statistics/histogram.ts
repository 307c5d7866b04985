/**
 * A histogram of whole numbers from 0, in buckets that are fixed beforehand: one a number up to 16, then 16 to each
 * doubling, so that no value is off by more than a sixteenth. Count, sum, smallest and largest are exact. Only whole
 * numbers are added up, so parts merge to the same bytes in whatever order.
 */
export interface Histogram {
  readonly count: number;
  readonly sum: number;
  /** Null when empty. */
  readonly min: number | null;
  readonly max: number | null;
  /** Bucket and count, by bucket; empty buckets are left out. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

export const EMPTY_HISTOGRAM: Histogram = { count: 0, sum: 0, min: null, max: null, buckets: [] };

const PER_DOUBLING = 16;

export function bucketOf(value: number): number {
  if (value < PER_DOUBLING) return value;
  const doublings = Math.floor(Math.log2(value));
  // Math.log2 may round up to the next whole number just below a power of two.
  const exponent = 2 ** doublings > value ? doublings - 1 : doublings;
  return PER_DOUBLING * (exponent - 3) + Math.floor((value / 2 ** exponent - 1) * PER_DOUBLING);
}

/** The smallest value of a bucket; the next one's is the end of this one. */
export function bucketStart(bucket: number): number {
  if (bucket < PER_DOUBLING) return bucket;
  const exponent = Math.floor(bucket / PER_DOUBLING) + 3;
  return 2 ** exponent * (1 + (bucket % PER_DOUBLING) / PER_DOUBLING);
}

export interface HistogramBuilder {
  /** @throws RangeError for what is no whole number from 0 */
  add(value: number): void;
  build(): Histogram;
}

export function createHistogram(): HistogramBuilder {
  const counts = new Map<number, number>();
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity];
  return {
    add(value) {
      if (!Number.isSafeInteger(value) || value < 0)
        throw new RangeError(`a histogram holds whole numbers from 0, not ${value}`);
      const bucket = bucketOf(value);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
      count += 1;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    },
    build: () =>
      count === 0
        ? EMPTY_HISTOGRAM
        : { count, sum, min, max, buckets: [...counts].sort(([a], [b]) => a - b) },
  };
}

export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  const counts = new Map(a.buckets);
  for (const [bucket, count] of b.buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: ofBoth(Math.min, a.min, b.min),
    max: ofBoth(Math.max, a.max, b.max),
    buckets: [...counts].sort(([left], [right]) => left - right),
  };
}

const ofBoth = (
  choose: (...values: number[]) => number,
  a: number | null,
  b: number | null,
): number | null => (a === null ? b : b === null ? a : choose(a, b));

export const mean = ({ sum, count }: Histogram): number | null => (count === 0 ? null : sum / count);

/** The value that a share of all values does not exceed, to a sixteenth; 0 and 1 are exact. Null when empty. */
export function quantile(histogram: Histogram, share: number): number | null {
  const { count, min, max, buckets } = histogram;
  if (min === null || max === null) return null;
  const rank = Math.ceil(share * count);
  if (rank <= 1) return min;
  if (rank >= count) return max;
  let seen = 0;
  for (const [bucket, inBucket] of buckets) {
    seen += inBucket;
    if (seen >= rank) return Math.min(max, Math.max(min, bucketStart(bucket + 1) - 1));
  }
  return max;
}

/** Buckets as they are drawn: neighbours put together until there are no more than `most`. */
export function binsOf(
  { buckets }: Histogram,
  most = 40,
): { readonly from: number; readonly to: number; readonly count: number }[] {
  const first = buckets[0]?.[0] ?? 0;
  const last = buckets.at(-1)?.[0] ?? -1;
  const width = 2 ** Math.max(0, Math.ceil(Math.log2((last - first + 1) / most)));
  const bins = new Map<number, number>();
  for (const [bucket, count] of buckets) {
    const bin = Math.floor(bucket / width);
    bins.set(bin, (bins.get(bin) ?? 0) + count);
  }
  const [from, to] = [Math.floor(first / width), Math.floor(last / width)];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => ({
    from: bucketStart((from + at) * width),
    to: bucketStart((from + at + 1) * width),
    count: bins.get(from + at) ?? 0,
  }));
}
