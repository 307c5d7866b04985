import type { Problem } from './resources/problem.ts';

/** FTM said no; `problem` says why. */
export class FtmRefused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    const reasons = [
      ...(problem.reasons ?? []).map((each) => each.message),
      ...(problem.errors ?? []).map((each) => `${each.path}: ${each.message}`),
    ];
    super(
      `${problem.status} ${problem.code}: ${problem.detail}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`,
    );
    this.name = 'FtmRefused';
    this.problem = problem;
  }
}

/** No answer of FTM came: nothing listens there, the connection broke, or somebody else answered. */
export class FtmUnreachable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FtmUnreachable';
  }
}
