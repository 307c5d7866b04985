import fc from 'fast-check';
import { duration, etaMs, frame, lineOf, type Picture } from './frame.ts';
import { lossChart, type LossPoint } from './loss-chart.ts';

const job = (status: Picture['job']['status'], more: Partial<Picture['job']> = {}): Picture['job'] => ({
  id: '6f8c2d7e-0000-4000-8000-000000000000',
  status,
  name: null,
  base_model: 'gpt-4.1-nano-2025-04-14',
  waits_for: null,
  ...more,
});
const points: LossPoint[] = Array.from({ length: 20 }, (_, at) => ({
  step: at + 1,
  total_steps: 40,
  train_loss: 3 / (at + 1),
  valid_loss: at % 5 === 4 ? 3.2 / (at + 1) : null,
}));
const progress = {
  step: 20,
  totalSteps: 40,
  atMs: 200_000,
  first: { step: 10, atMs: 100_000 },
  estimatedFinishMs: null,
};

describe('a loss chart', () => {
  it('falls from the left to as far as the job has come', () => {
    const lines = lossChart(points, { columns: 60, rows: 6 });
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^ 3\.000 ┤/);
    const right = lines.map((line) => line.slice(36).trim());
    expect(right).toEqual(lines.map(() => ''));
    expect(lines.at(-1)?.replaceAll(/[┴ 0]/g, '')).not.toBe('');
  });

  it('is as wide as it may be, and never breaks on what a provider tells', () => {
    const loss = fc.option(fc.double({ noNaN: true, min: 0, max: 1e6 }));
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            step: fc.integer({ min: 1, max: 500 }),
            total_steps: fc.option(fc.integer({ min: 1, max: 500 })),
            train_loss: loss,
            valid_loss: loss,
          }),
          { maxLength: 60 },
        ),
        fc.integer({ min: 16, max: 120 }),
        (told, columns) => {
          for (const line of lossChart(told, { columns, rows: 5 })) {
            expect(line).not.toMatch(/NaN|undefined/);
            expect(line.length).toBe(columns);
          }
        },
      ),
    );
  });
});

describe('what is left', () => {
  it('is what the provider says, else what the pace so far says, else unknown', () => {
    expect(etaMs({ ...progress, estimatedFinishMs: 230_000 }, 200_000)).toBe(30_000);
    expect(etaMs(progress, 200_000)).toBe(200_000);
    expect(etaMs(progress, 900_000)).toBe(0);
    expect(etaMs({ ...progress, first: { step: 20, atMs: 200_000 } }, 200_000)).toBeNull();
    expect(etaMs(null, 0)).toBeNull();
    expect([9_400, 61_000, 7_260_000].map(duration)).toEqual(['9 s', '1 min 1 s', '2 h 1 min']);
  });
});

describe('a picture', () => {
  it('has status, step, what is left and the losses, and fits the terminal', () => {
    const lines = frame({ job: job('running'), progress, points, etaMs: 61_000, away: false }, 60);
    expect(lines.join('\n')).toContain('step 20 of 40   ETA 1 min 1 s');
    expect(lines.join('\n')).toContain('training 0.1500   validation 0.1600');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('says what a job waits for, and that the API is away', () => {
    const waiting = job('queued', { waits_for: { code: 'TENANT_LIMIT', message: '4 jobs are there' } });
    const lines = frame({ job: waiting, progress: null, points: [], etaMs: null, away: true }, 100);
    expect(lines.join('\n')).toMatch(/waits: 4 jobs are there[^]*the job goes on/);
  });
});

it('one event is one line', () => {
  expect(
    lineOf({
      time: 't',
      name: 'FineTuneProgressed',
      data: { provider_status: 'running', step: 3, total_steps: 9, train_loss: 0.5, valid_loss: null },
    }),
  ).toBe('t  FineTuneProgressed  running, step 3 of 9, training loss 0.5000');
});
