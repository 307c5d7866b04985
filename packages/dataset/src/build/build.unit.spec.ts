import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Chunk, SanitisedRow } from '../ingest/chunk.ts';
import type { ChatRow } from '../rows/row.ts';
import { rowRules } from '../rows/rules.ts';
import { validateRow } from '../rows/validate-row.ts';
import { createHashedEmbedder } from '../dedup/embedder.ts';
import {
  createAnalyser,
  createMeaning,
  labelOf,
  type AnalysisRecipe,
  type AnalysisRules,
} from './analyse-rows.ts';
import { createDecider, type DecisionRecipe, type Fate } from './decide-rows.ts';
import { createTally, mergeAll } from './tally.ts';
import { createRowWriter } from './write-rows.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ftm-build-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const rules: AnalysisRules = {
  validate: (value) => {
    const { row, rejections } = validateRow(value, rowRules({ format: 'jsonl_chat' }));
    return { row, rejections };
  },
  isPersonal: (text) => text.includes('LEFT'),
  tokensOf: (row) => {
    const tokens = JSON.stringify(row).length;
    return { tokens, billable: Math.min(tokens, 200), cut: tokens > 200, messages: 2, assumedImages: 0 };
  },
};
const analysis: AnalysisRecipe = {
  split: { validationFraction: 0.3, by: 'random', seed: 1 },
  near: true,
  cases: [{ suite: 'suite-1', case: 'case-1', questions: ['How do I close my account for good?'] }],
  contaminationThreshold: 0.8,
};
const decision: DecisionRecipe = {
  exact: true,
  nearThreshold: 0.8,
  semantic: null,
  keepContaminated: false,
  split: analysis.split,
};
const row = (content: string, answer = 'See below.'): ChatRow => ({
  messages: [
    { role: 'user', content },
    { role: 'assistant', content: answer },
  ],
});
const LONG =
  'The card that you sent to me last week has not come, and I would like to know where it is and who has it now';
/**
 * What rows are made of: the same, nearly the same, the same with another answer, a case of the suite, one that the
 * sanitiser broke.
 */
const KINDS: readonly ChatRow[] = [
  row('Where is my card?'),
  row('Where is my card?', 'At home.'),
  row('How do I close my account for good?'),
  row(LONG),
  row(`${LONG}.`),
  row(`${LONG} please`, 'Another answer altogether.'),
  { messages: [{ role: 'user', content: 'broken' }] },
  row('May I have two of them?'),
  row('I want a loan', 'no'),
];
const sanitised = (rows: readonly ChatRow[]): SanitisedRow[] =>
  rows.map((each, index) => ({ number: index * 2 + 1, ref: `t${index}`, group: null, at: null, row: each }));
const chunk = (rows: readonly SanitisedRow[], rejected: Chunk['rejected'] = []): Chunk => ({
  next: null,
  rowsRead: 0,
  inputSha256: '',
  rows,
  rejected,
  redactions: { EMAIL: rows.length },
  scanIds: [`scan-${rows[0]?.number ?? 0}`],
  policyVersion: 'p1',
  blocked: false,
});
function cut(rows: readonly SanitisedRow[], sizes: readonly number[]): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0, turn = 0; at < rows.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(chunk(rows.slice(at, at + size)));
    at += size;
  }
  return chunks;
}

async function build(
  chunks: readonly Chunk[],
  recipe: DecisionRecipe = decision,
  of: AnalysisRecipe = analysis,
) {
  const analyse = createAnalyser(of, rules);
  const analysed = chunks.map(analyse);
  const tally = createTally();
  const decider = createDecider(recipe, dir);
  try {
    for (const each of analysed) {
      tally.add(each);
      each.rows.forEach((facts) => decider.add(facts));
    }
    await decider.deduplicate(() => meaningsOf(chunks));
    const decisions = decider.decide();
    const fates = [...decisions.fates()];
    // As threads do: each has every second chunk.
    const writers = [createRowWriter(), createRowWriter()] as const;
    const lines = [...tally.outcomes(decisions.fates())].map((outcome, at) =>
      writers[at % 2 === 0 ? 0 : 1].write(chunks[at] as Chunk, outcome),
    );
    return {
      analysed,
      decisions,
      fates,
      total: tally.total(decisions.fates()),
      statistics: mergeAll(writers.map((writer) => writer.statistics())),
      files: {
        train: textOf(lines.map(({ train }) => train)),
        validation: textOf(lines.map(({ validation }) => validation)),
        rejections: textOf(lines.map(({ rejections }) => rejections)),
      },
    };
  } finally {
    decider.close();
  }
}
async function* meaningsOf(chunks: readonly Chunk[]) {
  for (const each of chunks) yield* createMeaning(rules.validate)(each);
}
const textOf = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('utf8');
const codesOf = (fates: readonly Fate[]): (string | undefined)[] =>
  fates.map((fate) => (typeof fate === 'string' ? 'kept' : fate.rejected[0]?.code));
const some = fc.array(fc.integer({ min: 0, max: KINDS.length - 1 }), { maxLength: 40 });
const rowsOf = (kinds: readonly number[]): SanitisedRow[] =>
  sanitised(kinds.map((kind) => KINDS[kind] as ChatRow));

describe('what becomes of rows', () => {
  it('is told for each, in their order: the first of its kind is kept, and the others say why not', async () => {
    const { fates } = await build([chunk(sanitised([...KINDS, ...KINDS]))]);
    expect(codesOf(fates)).toEqual([
      'kept',
      'kept',
      'contaminated_by_eval',
      'kept',
      expect.stringMatching(/^(exact|near)_duplicate$/),
      'kept',
      'example_missing_assistant_message',
      'kept',
      'kept',
      'exact_duplicate',
      'exact_duplicate',
      'contaminated_by_eval',
      'exact_duplicate',
      expect.stringMatching(/^(exact|near)_duplicate$/),
      'exact_duplicate',
      'example_missing_assistant_message',
      'exact_duplicate',
      'exact_duplicate',
    ]);
    const again = fates[9];
    expect(typeof again === 'object' && again.rejected[0]?.message).toBe('row 1 says the same');
    const broken = fates[6];
    expect(typeof broken === 'object' && broken.rejected[0]?.remedy).toMatch(
      /it came with the sanitisation$/,
    );
  });

  it('does not depend on the chunks they came in, nor does any count', async () => {
    await fc.assert(
      fc.asyncProperty(
        some,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (kinds, sizes) => {
          const rows = rowsOf(kinds);
          const [whole, parts] = [await build([chunk(rows)]), await build(cut(rows, sizes))];
          expect(parts.fates).toEqual(whole.fates);
          expect(parts.decisions.counts).toEqual(whole.decisions.counts);
          expect(parts.decisions.findings).toEqual(whole.decisions.findings);
          expect(parts.total.rejectedByCode).toEqual(whole.total.rejectedByCode);
          expect(parts.total.rejectedRows).toBe(whole.total.rejectedRows);
          expect(parts.statistics).toEqual(whole.statistics);
          expect(parts.files).toEqual(whole.files);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  it('is counted as it is: statistics, causes and kinds are what a count of the fates gives', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (kinds) => {
        const rows = rowsOf(kinds);
        const { fates, total, statistics, decisions, files } = await build(cut(rows, [7]));
        expect(fates).toHaveLength(rows.length);
        for (const side of ['train', 'validation'] as const) {
          const members = rows.filter((_, at) => fates[at] === side);
          const counted = statistics.splits.find(([name]) => name === side)?.[1];
          expect(counted?.rows ?? 0).toBe(members.length);
          expect(files[side]).toBe(members.map((each) => `${JSON.stringify(each.row)}\n`).join(''));
          expect(counted?.billableTokens ?? 0).toBe(
            members.reduce((sum, each) => sum + rules.tokensOf(each.row).billable, 0),
          );
          expect(counted?.cutRows ?? 0).toBe(members.filter((each) => rules.tokensOf(each.row).cut).length);
        }
        const causes = fates.flatMap((fate) =>
          typeof fate === 'string' ? [] : fate.rejected.map(({ code }) => code),
        );
        const told = files.rejections.split('\n').slice(0, -1);
        expect(told.map((line) => (JSON.parse(line) as { code: string }).code)).toEqual(causes);
        for (const [code, count] of total.rejectedByCode)
          expect(count).toBe(causes.filter((each) => each === code).length);
        expect([...total.rejectedByCode.values()].reduce((sum, n) => sum + n, 0)).toBe(causes.length);
        expect(total.rejectedRows).toBe(fates.filter((fate) => typeof fate !== 'string').length);
        expect(decisions.counts.exactDuplicates).toBe(total.rejectedByCode.get('exact_duplicate') ?? 0);
        expect(decisions.counts.nearDuplicates).toBe(total.rejectedByCode.get('near_duplicate') ?? 0);
        expect(total.redactions.get('EMAIL') ?? 0).toBe(rows.length);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('is never that a row is left out in favour of one that is left out itself', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (kinds) => {
        const rows = rowsOf(kinds);
        const { fates } = await build([chunk(rows)]);
        for (const fate of fates) {
          const said = typeof fate === 'string' ? '' : (fate.rejected[0]?.message ?? '');
          const kept = /row (\d+) is kept for both/.exec(said) ?? /^row (\d+) (?:says|means)/.exec(said);
          if (kept !== null)
            expect(typeof fates[rows.findIndex(({ number }) => number === Number(kept[1]))]).toBe('string');
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('of contaminated rows is that they are left out, or that they are rows like others when two people said so', async () => {
    const rows = rowsOf([2, 0, 2, 3]);
    const out = await build([chunk(rows)]);
    expect(codesOf(out.fates)).toEqual(['contaminated_by_eval', 'kept', 'contaminated_by_eval', 'kept']);
    expect(out.decisions.findings.contamination).toMatchObject([
      { row: 1, suite: 'suite-1', case: 'case-1', kind: 'exact' },
      { row: 5, suite: 'suite-1', case: 'case-1', kind: 'exact' },
    ]);
    const kept = await build([chunk(rows)], { ...decision, keepContaminated: true });
    expect(codesOf(kept.fates)).toEqual(['kept', 'kept', 'exact_duplicate', 'kept']);
    // They are still counted: the report says how many were let in.
    expect(kept.decisions.counts.contaminatedRows).toBe(2);
  });

  it('is looked for by meaning only among what is left, and conflicts are never duplicates', async () => {
    const { fates } = await build([chunk(rowsOf([0, 0, 1, 2, 6, 3]))], {
      ...decision,
      semantic: { threshold: 0.5, embedder: createHashedEmbedder() },
    });
    expect(codesOf(fates)).toEqual([
      'kept',
      'exact_duplicate',
      'kept',
      'contaminated_by_eval',
      'example_missing_assistant_message',
      'kept',
    ]);
  });

  it('has examples of near-duplicates, however many exact ones came before', async () => {
    const { decisions } = await build([chunk(rowsOf([...Array.from({ length: 300 }, () => 0), 3, 4]))], {
      ...decision,
      exact: true,
      nearThreshold: 0.7,
    });
    const kinds = new Set(decisions.findings.duplicates.map(({ kind }) => kind));
    expect(decisions.counts).toMatchObject({ exactDuplicates: 299 });
    expect(kinds).toEqual(new Set(['exact', 'near']));
    expect(decisions.findings.duplicates.length).toBeLessThanOrEqual(201);
  });
});

describe('an analysed chunk', () => {
  const analyse = createAnalyser(analysis, rules);

  it('names the rows in which personal data was left, also in what is no message', () => {
    const left = {
      messages: [...row('hello').messages],
      tools: [{ type: 'function', function: { name: 'f', description: 'LEFT' } }],
    } as ChatRow;
    expect(analyse(chunk(sanitised([row('a'), row('LEFT'), left]))).personal).toEqual([3, 5]);
  });

  it('tells what the ingest rejected by cause, and a row that has two causes once', () => {
    const why = (line: number, code: string) => ({
      row: line,
      trace_id: null,
      code,
      path: '$',
      message: '',
      remedy: '',
    });
    const { ingested } = analyse(chunk([], [why(1, 'a'), why(1, 'b'), why(2, 'a')]));
    expect(ingested).toMatchObject({ rejectedByCode: { a: 2, b: 1 }, rejectedRows: 2 });
  });

  it('divides by the group where there is one, else by the prompt, and reads the time', () => {
    const score = (by: 'grouped' | 'time', more: Partial<SanitisedRow>, content = 'a', answer = 'x') => {
      const [facts] = createAnalyser(
        { ...analysis, split: { ...analysis.split, by } },
        rules,
      )(chunk([{ ...(sanitised([row(content, answer)])[0] as SanitisedRow), ...more }])).rows;
      return facts !== undefined && 'splitScore' in facts ? facts.splitScore : NaN;
    };
    expect(score('grouped', { group: 'g' }, 'a')).toBe(score('grouped', { group: 'g' }, 'b'));
    expect(score('grouped', {}, 'a', 'x')).toBe(score('grouped', {}, 'a', 'y'));
    expect(score('grouped', {}, 'a')).not.toBe(score('grouped', {}, 'b'));
    expect(score('time', { at: '2026-01-02T00:00:00Z' })).toBe(Date.UTC(2026, 0, 2));
    expect(score('time', { at: 'yesterday' })).toBe(-Infinity);
    expect(score('time', { at: null })).toBe(-Infinity);
  });

  it('has the answer as a label where it is short', () => {
    expect(labelOf(row('a', ' card_arrival '))).toBe('card_arrival');
    expect(labelOf(row('a', 'x'.repeat(65)))).toBeNull();
    expect(labelOf({ prompt: 'a', completion: 'b' })).toBe('b');
    expect(labelOf({ input: row('a'), preferred_output: [], non_preferred_output: [] })).toBeNull();
  });
});
