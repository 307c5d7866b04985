import process from 'node:process';
import { CASES, openConformance, type Conformance, type Endpoint } from './testing/conformance.ts';
import { startSimulator, type Simulator } from './testing/simulator.ts';

/** The same table of facts against the simulator, and against a real endpoint when the environment names one. */
describe('the simulator', () => {
  let simulator: Simulator;
  let conformance: Conformance;
  beforeAll(async () => {
    // Slow enough for the job to be there when it is paused.
    simulator = await startSimulator(['conformance-key'], { TRAIN_STEP_DELAY_MS: '2000' });
    conformance = await openConformance({
      baseUrl: simulator.baseUrl,
      apiKey: 'conformance-key',
      model: 'gpt-4.1-nano-2025-04-14',
      spendCapUsd: Infinity,
    });
  });
  afterAll(() => simulator.dispose());
  it.each(CASES.map((each) => [each.fact, each] as const))('%s', async (_, each) => {
    expect(await conformance.check(each)).toBe('holds');
  });
});

const real = realEndpoint();
if (real !== undefined)
  describe('the endpoint of the environment', () => {
    let conformance: Conformance;
    beforeAll(async () => {
      conformance = await openConformance(real);
    }, 60_000);
    it.each(CASES.map((each) => [each.fact, each] as const))(
      '%s',
      async (_, each) => {
        expect(['skipped', 'holds']).toContain(await conformance.check(each));
        expect(conformance.spentUsd()).toBeLessThanOrEqual(real.spendCapUsd);
      },
      60_000,
    );
  });

describe('the spend cap', () => {
  it('keeps every job from being asked for by default', async () => {
    const simulator = await startSimulator(['capped-key']);
    try {
      const conformance = await openConformance({
        baseUrl: simulator.baseUrl,
        apiKey: 'capped-key',
        model: 'gpt-4.1-nano-2025-04-14',
        spendCapUsd: 0,
      });
      for (const each of CASES) await conformance.check(each);
      const { calls } = (await simulator.admin('GET', '/counters')) as { calls: Record<string, number> };
      expect(calls['jobs.create']).toBeUndefined();
      expect(calls['jobs.list']).toBeGreaterThan(0);
    } finally {
      await simulator.dispose();
    }
  });
});

function realEndpoint(): Endpoint | undefined {
  const { env } = process;
  const baseUrl = env['FTM_OPENAI_BASE_URL'];
  const apiKey = env['FTM_OPENAI_API_KEY'];
  if (baseUrl === undefined || apiKey === undefined || /\/\/(127\.|localhost)/.test(baseUrl))
    return undefined;
  return {
    baseUrl,
    apiKey,
    model: env['FTM_CONFORMANCE_MODEL'] ?? 'gpt-4.1-mini-2025-04-14',
    spendCapUsd: Number(env['FTM_CONFORMANCE_SPEND_CAP_USD'] ?? 0),
  };
}
