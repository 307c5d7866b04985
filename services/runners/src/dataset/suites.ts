import { idFrom, ourWords } from '@ftm/contracts/scanned-text';
import type { EvalPrompt } from '@ftm/dataset/dedup/contamination';
import { suiteVersion } from '@ftm/domain/eval-suite/state';
import { readLines } from '../object-lines.ts';
import { TerminalError, type Work } from '../tasks.ts';

/** The questions of eval suites, as their newest versions have them. @throws TerminalError for a suite that is none of the project's */
export async function casesOfSuites(
  work: Work,
  project: string,
  suiteIds: readonly string[],
): Promise<EvalPrompt[]> {
  const cases: EvalPrompt[] = [];
  for (const id of suiteIds) {
    const suite = await work.load('eval-suite', id);
    const version = suiteVersion(suite, null);
    if (version === undefined || suite.status === 'absent' || suite.projectId !== project)
      throw new TerminalError(
        'EVAL_SUITE_NOT_FOUND',
        ourWords`there is no eval suite ${idFrom(id)} in the project`,
        'name suites of the project',
      );
    for await (const line of readLines(work, work.tenantId, version.casesObject)) {
      const { id: caseId, input } = JSON.parse(line) as {
        id: string;
        input: { role: string; content: string }[];
      };
      cases.push({
        suite: id,
        case: caseId,
        questions: input.filter(({ role }) => role === 'user').map(({ content }) => content),
      });
    }
  }
  return cases;
}
