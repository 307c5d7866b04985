import fc from 'fast-check';
import { calibrate, calibrated, UNCALIBRATED, type BilledSample } from './calibration.ts';

const truth =
  (perMessage: number, perRow: number, factor: number) =>
  (sample: Omit<BilledSample, 'trainedTokens'>): BilledSample => ({
    ...sample,
    trainedTokens: Math.round(
      sample.epochs * (factor * sample.tokens + perMessage * sample.messages + perRow * sample.rows),
    ),
  });

const jobs = fc.array(
  fc
    .record({
      rows: fc.integer({ min: 50, max: 5000 }),
      turns: fc.integer({ min: 2, max: 8 }),
      length: fc.integer({ min: 20, max: 300 }),
      epochs: fc.integer({ min: 1, max: 5 }),
    })
    .map(({ rows, turns, length, epochs }) => ({
      rows,
      epochs,
      messages: rows * turns,
      tokens: rows * turns * length,
    })),
  { minLength: 3, maxLength: 12 },
);

describe('calibration', () => {
  it('brings our count to within half a percent of what is billed, whatever the provider’s frame', () => {
    fc.assert(
      fc.property(
        jobs,
        fc.constantFrom(-1, 0, 1),
        fc.constantFrom(0, 3),
        fc.constantFrom(0.995, 1, 1.005),
        (given, perMessage, perRow, factor) => {
          const billed = given.map(truth(perMessage, perRow, factor));
          const calibration = calibrate(billed);
          fc.pre(calibration.outliers === 0);
          for (const job of billed)
            expect(
              Math.abs(calibrated(calibration, job).expected / (job.trainedTokens / job.epochs) - 1),
            ).toBeLessThan(0.005);
        },
      ),
    );
  });

  it('finds three tokens a row from jobs of different shapes', () => {
    const shapes = [
      [100, 2, 20],
      [2000, 6, 15],
      [500, 3, 200],
      [300, 2, 12],
      [900, 8, 60],
    ] as const;
    const seen = shapes.map(([rows, turns, length]) =>
      truth(0, 3, 1)({ rows, epochs: 3, messages: rows * turns, tokens: rows * turns * length }),
    );
    const calibration = calibrate(seen);
    expect(calibration.tokensPerRow).toBeCloseTo(3, 0);
    expect(calibration.relativeError).toBeLessThan(0.005);
    const next = truth(0, 3, 1)({ rows: 50, epochs: 1, messages: 200, tokens: 4000 });
    expect(Math.abs(calibrated(calibration, next).expected / next.trainedTokens - 1)).toBeLessThan(0.005);
  });

  it('waits for three jobs that can be compared', () => {
    const job = truth(0, 0, 1.02)({ rows: 100, messages: 300, tokens: 9000, epochs: 3 });
    const early = { ...job, trainedTokens: 9000 };
    expect(calibrate([job, job])).toEqual(UNCALIBRATED);
    expect(calibrate([job, job, early, { ...job, epochs: 0 }])).toEqual({ ...UNCALIBRATED, outliers: 2 });
    expect(calibrate([job, job, job, early])).toMatchObject({ samples: 3, outliers: 1 });
  });

  it('stays within its bounds and finite, whatever it is given', () => {
    const any = fc.record({
      tokens: fc.double(),
      messages: fc.double(),
      rows: fc.double(),
      trainedTokens: fc.double(),
      epochs: fc.double(),
    });
    fc.assert(
      fc.property(fc.array(any), (samples) => {
        const { factor, tokensPerMessage, tokensPerRow, relativeError } = calibrate(samples);
        expect(Math.abs(factor - 1)).toBeLessThanOrEqual(0.1 + 1e-9);
        expect(Math.abs(tokensPerMessage)).toBeLessThanOrEqual(8);
        expect(Math.abs(tokensPerRow)).toBeLessThanOrEqual(32);
        expect(Number.isFinite(relativeError)).toBe(true);
      }),
    );
  });

  it('gives a range around what it expects', () => {
    expect(calibrated(UNCALIBRATED, { tokens: 1000, messages: 10, rows: 5 })).toEqual({
      low: 960,
      expected: 1000,
      high: 1040,
    });
  });
});
