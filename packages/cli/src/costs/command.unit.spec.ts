import { costTable } from './command.ts';

describe('the table of costs', () => {
  it('has a line for each project, month and kind, and the sum', () => {
    const row = { project_id: 'p1', month: '2026-11', count: 2, unknown_count: 0 };
    const report = {
      total_usd_micros: 1_260_000,
      data: [
        {
          ...row,
          kind: 'fine_tune' as const,
          estimated_usd_micros: 1_000_000,
          actual_usd_micros: 1_250_000,
          variance_usd_micros: 250_000,
        },
        {
          ...row,
          kind: 'eval' as const,
          estimated_usd_micros: null,
          actual_usd_micros: 10_000,
          variance_usd_micros: null,
        },
      ],
    };
    const text = costTable(report);
    expect(text).toMatch(/2026-11 {2}p1 +fine-tune +2 +0 +1\.0000 +1\.2500 +0\.2500/);
    expect(text).toMatch(/eval +2 +0 +– +0\.0100 +–/);
    expect(text).toMatch(/in all \$1\.2600$/);
    const unknown = { ...report, data: report.data.map((each) => ({ ...each, unknown_count: 1 })) };
    expect(costTable(unknown)).toMatch(/in all \$1\.2600, and what 2 jobs have cost/);
  });
  it('says so when nothing was spent', () => {
    expect(costTable({ total_usd_micros: 0, data: [] })).toBe('nothing was spent');
  });
});
