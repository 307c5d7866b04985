import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detect } from '@ftm/pii/detect';
import { LABELLED_STRUCTURED, score, type Labelled, type Score } from '@ftm/pii/testing/labelled';
import type { Finding, PiiType } from '@ftm/pii/types';
import { pythonWith, reasonOf, runPython } from './python.ts';

export interface HeldOutPii {
  readonly versions: Readonly<Record<string, string>>;
  readonly sentences: number;
  readonly scores: readonly { readonly types: string; readonly ours: Score; readonly presidio: Score }[];
}

const SEED = 20261125;
const SENTENCES = 3000;

type Spans = readonly (readonly [type: PiiType, start: number, end: number])[];

/**
 * Structured types in sentences that Faker makes, which no rule was tuned on; a third of them has none, but numbers
 * of other kinds. By exact offsets.
 */
export async function measureHeldOutPii(): Promise<HeldOutPii | { readonly skipped: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'ftm-bench-pii-'));
  try {
    const python = await pythonWith(['faker', 'presidio-analyzer'], dir);
    const script = join(import.meta.dirname, 'peers', 'pii_held_out.py');
    const { versions, rows } = JSON.parse(
      await runPython(python, [script, String(SEED), String(SENTENCES)]),
    ) as {
      versions: Record<string, string>;
      rows: { text: string; spans: Spans; found: Spans }[];
    };
    const findings = (spans: Spans): Finding[] =>
      spans.map(([type, start, end]) => ({ type, start, end, certain: true }));
    const labelled: Labelled[] = rows.map(({ text, spans }) => ({
      text,
      template: 0,
      spans: findings(spans),
    }));
    const presidio = new Map(rows.map(({ text, found }) => [text, findings(found)]));
    const found = (text: string, types: readonly PiiType[]): Finding[] =>
      (presidio.get(text) ?? []).filter(({ type }) => types.includes(type));
    return {
      versions,
      sentences: rows.length,
      scores: [LABELLED_STRUCTURED, ...LABELLED_STRUCTURED.map((type) => [type])].map((types) => ({
        types: types.length > 1 ? 'all structured' : types.join(),
        ours: score(labelled, types, 'exact', detect),
        presidio: score(labelled, types, 'exact', found),
      })),
    };
  } catch (error) {
    return { skipped: reasonOf(error) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
