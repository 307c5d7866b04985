/**
 * A job that the provider has billed, beside our count of its training file. Of one tenant and one model: others do
 * not compare.
 */
export interface BilledSample {
  /** Our count of what is billed in one epoch. */
  readonly tokens: number;
  readonly messages: number;
  readonly rows: number;
  /** The provider's `trained_tokens`, over all epochs. */
  readonly trainedTokens: number;
  readonly epochs: number;
}

/** What has to be added to our count to come to the provider's, and how far off that may be. */
export interface Calibration {
  /** Jobs that it rests on; 0 for none, when counts are taken as they are. */
  readonly samples: number;
  /**
   * Jobs left out, because they differ so much that something else must be the reason: rows left away, or a run that
   * ended early.
   */
  readonly outliers: number;
  readonly tokensPerMessage: number;
  readonly tokensPerRow: number;
  /** Times our count. */
  readonly factor: number;
  /**
   * Of a count, as a share of it: each job predicted from the others, root mean square; without calibration, a
   * careful guess.
   */
  readonly relativeError: number;
}

export interface TokenRange {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

export const FEWEST_SAMPLES = 3;
const LARGEST_DEVIATION = 0.25;
const SMALLEST_ERROR = 0.001;

/**
 * Counts as they are. The frame of messages is documented by third parties only, so 2 % is what a careful reader
 * allows for.
 */
export const UNCALIBRATED: Calibration = {
  samples: 0,
  outliers: 0,
  tokensPerMessage: 0,
  tokensPerRow: 0,
  factor: 1,
  relativeError: 0.02,
};

/**
 * What is believed before any job is seen, as standard deviations around none; and no correction goes beyond its
 * bound.
 */
const PRIORS = [
  { deviation: 1, bound: 8 },
  { deviation: 3, bound: 32 },
  { deviation: 0.005, bound: 0.1 },
] as const;
/** Of a job's own bill. */
const NOISE = 0.0005;

type Three = readonly [number, number, number];

/**
 * Fits tokens a message, tokens a row and a factor to what was billed. Least squares on relative differences, drawn
 * to no correction (ridge), so that a few jobs that are alike move the prediction and no single figure wildly. With
 * fewer than three jobs that can be compared it is `UNCALIBRATED`.
 */
export function calibrate(given: readonly BilledSample[]): Calibration {
  const comparable = given.filter(isComparable);
  const outliers = given.length - comparable.length;
  if (comparable.length < FEWEST_SAMPLES) return { ...UNCALIBRATED, outliers };
  const [tokensPerMessage, tokensPerRow, growth] = fit(comparable);
  const squares = comparable.map((left) => {
    const residual = deviation(left) - predicted(left, fit(comparable.filter((each) => each !== left)));
    return residual * residual;
  });
  const spread = Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / squares.length);
  return {
    samples: comparable.length,
    outliers,
    tokensPerMessage,
    tokensPerRow,
    factor: 1 + growth,
    relativeError: Math.max(SMALLEST_ERROR, spread),
  };
}

/** What the provider may be expected to count, with two of its errors to both sides. */
export function calibrated(
  calibration: Calibration,
  { tokens, messages, rows }: Pick<BilledSample, 'tokens' | 'messages' | 'rows'>,
): TokenRange {
  const { factor, tokensPerMessage, tokensPerRow, relativeError } = calibration;
  const expected = Math.max(0, factor * tokens + tokensPerMessage * messages + tokensPerRow * rows);
  return {
    low: Math.floor(expected * Math.max(0, 1 - 2 * relativeError)),
    expected: Math.round(expected),
    high: Math.ceil(expected * (1 + 2 * relativeError)),
  };
}

function isComparable(sample: BilledSample): boolean {
  const { tokens, messages, rows, trainedTokens, epochs } = sample;
  const positive = [tokens, messages, rows, trainedTokens, epochs].every(
    (each) => Number.isFinite(each) && each > 0,
  );
  return positive && Math.abs(deviation(sample)) <= LARGEST_DEVIATION;
}

/** By how much the bill of an epoch differs from our count, as a share of it. */
const deviation = ({ tokens, trainedTokens, epochs }: BilledSample): number =>
  trainedTokens / epochs / tokens - 1;

const features = ({ tokens, messages, rows }: BilledSample): Three => [messages / tokens, rows / tokens, 1];

const predicted = (sample: BilledSample, weights: Three): number => dot(features(sample), weights);

const dot = (a: Three, b: Three): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function fit(samples: readonly BilledSample[]): Three {
  const precision = (at: 0 | 1 | 2): number => (NOISE / PRIORS[at].deviation) ** 2;
  const rows = samples.map(features);
  const product = (a: 0 | 1 | 2, b: 0 | 1 | 2): number =>
    rows.reduce((sum, row) => sum + row[a] * row[b], a === b ? precision(a) : 0);
  const right = (a: 0 | 1 | 2): number =>
    samples.reduce((sum, sample) => sum + features(sample)[a] * deviation(sample), 0);
  const column = (a: 0 | 1 | 2): Three => [product(0, a), product(1, a), product(2, a)];
  const [a, b, c] = [column(0), column(1), column(2)];
  const y: Three = [right(0), right(1), right(2)];
  // Cramer's rule; the prior makes the matrix positive definite.
  const whole = determinant(a, b, c);
  return [
    bounded(determinant(y, b, c) / whole, 0),
    bounded(determinant(a, y, c) / whole, 1),
    bounded(determinant(a, b, y) / whole, 2),
  ];
}

const bounded = (value: number, at: 0 | 1 | 2): number =>
  Math.min(PRIORS[at].bound, Math.max(-PRIORS[at].bound, value));

const determinant = (a: Three, b: Three, c: Three): number =>
  a[0] * (b[1] * c[2] - b[2] * c[1]) -
  b[0] * (a[1] * c[2] - a[2] * c[1]) +
  c[0] * (a[1] * b[2] - a[2] * b[1]);
