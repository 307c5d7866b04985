import type { EvalComparison } from '@ftm/contracts/generated/events';
import { seededRandom } from '../random.ts';

/** The score of one case, 0..1. Cases of one cluster (a conversation) are not independent of each other. */
export interface CaseScore {
  readonly caseId: string;
  readonly cluster: string;
  readonly score: number;
}

export interface MeanEstimate {
  readonly mean: number;
  readonly ciLow: number;
  readonly ciHigh: number;
  readonly n: number;
}

const RESAMPLES = 2000;
const Z95 = 1.959963984540054;
/** z of 80 % power, for the smallest difference that a comparison would find. */
const Z_POWER = 0.8416212335729143;

/**
 * Mean with its 95 % confidence interval: Wilson for yes/no scores of independent cases, else a seeded bootstrap over clusters.
 * No case at all gives mean 0 and the interval [0, 1]: nothing is known.
 */
export function estimateMean(scores: readonly CaseScore[], seed = 1): MeanEstimate {
  const n = scores.length;
  if (n === 0) return { mean: 0, ciLow: 0, ciHigh: 1, n };
  const mean = scores.reduce((sum, each) => sum + each.score, 0) / n;
  const clusters = byCluster(scores.map((each) => ({ cluster: each.cluster, value: each.score })));
  if (clusters.length === n && scores.every((each) => each.score === 0 || each.score === 1))
    return { mean, ...wilson(mean, n), n };
  return { mean, ...bootstrap(clusters, seed), n };
}

/** Wilson's score interval for a share of n. */
export function wilson(share: number, n: number): { ciLow: number; ciHigh: number } {
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { ciLow: Math.max(0, centre - half), ciHigh: Math.min(1, centre + half) };
}

/**
 * Candidate against baseline over the cases that both graded. The test is exact McNemar where all scores are yes or no, else a sign-flip
 * permutation over clusters; the interval is a seeded bootstrap over clusters. Non-inferiority: `pass` when the whole interval lies above
 * −margin, `fail` when it lies below, else `inconclusive`.
 */
export function comparePaired(
  candidate: readonly CaseScore[],
  baseline: readonly CaseScore[],
  options: { readonly baselineRunId: string; readonly margin: number; readonly seed?: number },
): EvalComparison {
  const before = new Map(baseline.map((each) => [each.caseId, each.score]));
  const pairs = candidate.flatMap((each) => {
    const other = before.get(each.caseId);
    return other === undefined ? [] : [{ cluster: each.cluster, candidate: each.score, baseline: other }];
  });
  const seed = options.seed ?? 1;
  const n = pairs.length;
  const differences = pairs.map((pair) => ({ cluster: pair.cluster, value: pair.candidate - pair.baseline }));
  const difference = n === 0 ? 0 : differences.reduce((sum, each) => sum + each.value, 0) / n;
  const clusters = byCluster(differences);
  const { ciLow, ciHigh } = n === 0 ? { ciLow: -1, ciHigh: 1 } : bootstrap(clusters, seed);
  const binary =
    clusters.length === n && pairs.every((pair) => isBinary(pair.candidate) && isBinary(pair.baseline));
  const verdict = ciLow > -options.margin ? 'pass' : ciHigh < -options.margin ? 'fail' : 'inconclusive';
  return {
    baselineRunId: options.baselineRunId,
    baselineScore: n === 0 ? 0 : pairs.reduce((sum, pair) => sum + pair.baseline, 0) / n,
    difference,
    ciLow,
    ciHigh,
    pValue: binary
      ? exactMcNemar(
          differences.filter((each) => each.value > 0).length,
          differences.filter((each) => each.value < 0).length,
        )
      : signFlip(clusters, seed),
    test: binary ? 'exact McNemar' : 'sign-flip permutation over clusters',
    pairs: n,
    minimumDetectableEffect: (Z95 + Z_POWER) * standardError(clusters, difference, n),
    verdict,
  };
}

/** Two-sided exact p of McNemar's test: were the discordant pairs a fair coin? */
export function exactMcNemar(better: number, worse: number): number {
  const n = better + worse;
  if (n === 0) return 1;
  // Log-space, because 2^-n underflows for a thousand pairs.
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= Math.min(better, worse); k += 1) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

interface Cluster {
  readonly sum: number;
  readonly n: number;
}

function byCluster(values: readonly { readonly cluster: string; readonly value: number }[]): Cluster[] {
  const found = new Map<string, { sum: number; n: number }>();
  for (const { cluster, value } of values) {
    const known = found.get(cluster);
    if (known === undefined) found.set(cluster, { sum: value, n: 1 });
    else {
      known.sum += value;
      known.n += 1;
    }
  }
  return [...found.values()];
}

/** Percentile interval of the mean when whole clusters are drawn anew. */
function bootstrap(clusters: readonly Cluster[], seed: number): { ciLow: number; ciHigh: number } {
  const random = seededRandom(seed);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    let n = 0;
    for (let draw = 0; draw < clusters.length; draw += 1) {
      const cluster = clusters[Math.floor(random() * clusters.length)];
      sum += cluster?.sum ?? 0;
      n += cluster?.n ?? 0;
    }
    return sum / n;
  }).sort();
  return { ciLow: quantile(means, 0.025), ciHigh: quantile(means, 0.975) };
}

/** How often is the mean as far from zero as it is, when the sign of each cluster is drawn? */
function signFlip(clusters: readonly Cluster[], seed: number): number {
  const random = seededRandom(seed);
  const observed = Math.abs(clusters.reduce((sum, each) => sum + each.sum, 0));
  let asFar = 0;
  for (let draw = 0; draw < RESAMPLES; draw += 1) {
    const sum = clusters.reduce((total, each) => total + (random() < 0.5 ? each.sum : -each.sum), 0);
    if (Math.abs(sum) >= observed - 1e-12) asFar += 1;
  }
  return (asFar + 1) / (RESAMPLES + 1);
}

/** Cluster-robust standard error of the mean. */
function standardError(clusters: readonly Cluster[], mean: number, n: number): number {
  if (clusters.length < 2) return 1;
  const spread = clusters.reduce((sum, each) => sum + (each.sum - each.n * mean) ** 2, 0);
  return Math.sqrt((clusters.length / (clusters.length - 1)) * spread) / n;
}

function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

const isBinary = (score: number): boolean => score === 0 || score === 1;
