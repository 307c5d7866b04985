import type { DatasetReportInput } from '../report-input.ts';
import { createStatistics } from '../statistics/statistics.ts';
import { tallyKey } from '../statistics/tally.ts';

export const SECRET = 'a-text-that-only-rows-have';
const LABELS = [
  'card_arrival',
  'lost_or_stolen_card',
  'exchange_rate',
  'top_up_failed',
  'cash_withdrawal_charge',
];
const STEPS = [
  'read',
  'valid',
  'sanitised',
  'not exact duplicates',
  'not near duplicates',
  'not in eval suites',
];

/** A dataset of so many rows with something in every part of its report; made up, and the same every time. */
export function exampleReport(rows = 2400): DatasetReportInput {
  const statistics = createStatistics();
  statistics.read(rows + 312);
  for (const [code, times] of [
    ['missing_assistant_message', 121],
    ['invalid_utf8', 17],
    ['unrecognized_role', 4],
  ] as const)
    for (let at = 0; at < times; at += 1) statistics.rejected(code);
  for (const [type, times] of [
    ['email', 418],
    ['phone', 260],
    ['person', 733],
    ['payment_card', 12],
    ['secret', 3],
  ] as const)
    statistics.redacted(type, times);
  for (let at = 0; at < 170; at += 1)
    statistics.duplicate(at < 90 ? 'exact' : at < 160 ? 'near' : 'semantic');
  for (let at = 0; at < rows; at += 1) {
    const label = LABELS[Math.floor(((at * at * 7) % 11 ** 2) / 25)] ?? '';
    const turns = 1 + ((at * 13) % 7 === 0 ? 3 : 0) + (at % 5 === 0 ? 1 : 0);
    const tokens = at === 5 ? 70_321 : Math.round(40 + 30 * turns + ((at * 37) % 211) ** 2 / 60);
    statistics.kept(
      at % 10 === 0 ? 'validation' : 'train',
      {
        messages: Array.from({ length: turns }, (_, turn) => [
          { role: 'user' as const, content: `${SECRET} ${'x'.repeat(20 + ((at + turn) % 50))}` },
          { role: 'assistant' as const, content: label },
        ]).flat(),
      },
      {
        tokens,
        billable: Math.min(tokens, 65_536),
        cut: tokens > 65_536,
        messages: turns * 2,
        assumedImages: 0,
      },
    );
  }
  const left = [312, 170, 170, 80, 10, 0].map((more) => rows + more);
  const estimate = (usdPerMillion: number) => {
    const trainingTokens = 371_202;
    const cost = (epochs: number): number => Math.ceil(trainingTokens * usdPerMillion * epochs);
    return {
      lowUsdMicros: cost(2),
      expectedUsdMicros: cost(3),
      highUsdMicros: cost(4),
      epochsLow: 2,
      epochsExpected: 3,
      epochsHigh: 4,
      trainingTokens,
      priceSource: 'arithmetic of the provider’s guide, read 2026-08-21',
    };
  };
  const id = 'dataset/3f2b8c1e-0000-4000-8000-00000000000b';
  return {
    id,
    name: 'banking questions, spring',
    status: 'ready',
    builtAt: '2026-04-02T09:30:00.000Z',
    format: 'jsonl_chat',
    tokens: { model: 'gpt-4o-mini-2024-07-18', limit: 65_536 },
    recipe: {
      Source: 'traces of assistant banking-1, 2026-01-01 to 2026-04-01',
      Policy: 'redact; near-duplicates from 0.8; contamination drops rows',
      Split: 'grouped by conversation, 10 % validation, seed 7',
      'Tool versions': 'ftm 0.1.0, rules 2026-03',
    },
    funnel: STEPS.map((step, at) => ({ step, rows: left[at] ?? rows })),
    statistics: statistics.build(),
    remedies: {
      missing_assistant_message: 'Give every row at least one assistant message.',
      invalid_utf8: 'Write the file as UTF-8.',
      unrecognized_role: 'Use system, developer, user, assistant or tool.',
    },
    duplicatePairs: [
      { kind: 'exact', keptRow: 12, leftOutRow: 1840, similarity: 1 },
      { kind: 'near', keptRow: 77, leftOutRow: 2011, similarity: 0.91 },
      { kind: 'semantic', keptRow: 40, leftOutRow: 905, similarity: 0.973 },
    ],
    conflicts: [
      { rows: [3, 1711], answers: 2 },
      { rows: Array.from({ length: 15 }, (_, at) => 100 + at), answers: 4 },
    ],
    contamination: [
      { suite: 'banking golden set', caseId: 'case-17', rows: [212], similarity: 0.94, outcome: 'dropped' },
    ],
    costs: [
      { method: 'supervised', model: 'gpt-4o-mini-2024-07-18', estimate: estimate(3) },
      { method: 'supervised', model: 'gpt-4o-2024-08-06', estimate: estimate(25) },
      { method: 'supervised', model: 'gpt-5-preview', estimate: null },
    ],
    hashes: { Content: 'b4'.repeat(32), Manifest: '0f'.repeat(32), Source: 'c3'.repeat(32) },
    lineage: {
      nodes: [
        { id: 'source', label: 'banking-1, spring', kind: 'traces', status: 'read to 4120' },
        { id: 'dataset/earlier', label: 'banking questions, winter', kind: 'dataset', status: 'ready' },
        { id: 'suite', label: 'banking golden set', kind: 'eval suite', status: 'active' },
        { id, label: 'banking questions, spring', kind: 'dataset', status: 'ready' },
        { id: 'job', label: 'ftjob-7d', kind: 'fine-tune', status: 'succeeded' },
        { id: 'model', label: 'ft:gpt-4o-mini:acme::7d', kind: 'model version', status: 'production' },
      ],
      edges: [
        { from: 'source', to: id },
        { from: 'dataset/earlier', to: id },
        { from: 'suite', to: id },
        { from: id, to: 'job' },
        { from: 'job', to: 'model' },
        { from: 'suite', to: 'model' },
      ],
    },
    labelNames: Object.fromEntries(LABELS.map((label) => [tallyKey(label), label])),
  };
}
