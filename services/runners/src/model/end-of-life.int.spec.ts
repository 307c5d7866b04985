import { randomUUID } from 'node:crypto';
import { streamId, tenantId } from '@ftm/contracts/ids';
import { modelRegistered } from '@ftm/domain/testing/examples';
import { createLab, createSkippingClock, jobOf } from '../fine-tune/testing/lab.ts';
import { createOpenAiProvider } from '../provider/openai-provider.ts';
import { startSimulator, type Simulator } from '../provider/testing/simulator.ts';
import { runEndOfLifeWatch } from './end-of-life.ts';

const KEY = 'end-of-life-key';
const TENANT = tenantId('acme');
const BASE = 'gpt-4.1-nano-2025-04-14';
const DAY_MS = 86_400_000;
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator([KEY]);
});
afterAll(() => simulator.dispose());

const clock = createSkippingClock(() => 0.5);
const lab = createLab(clock);
const dateIn = (days: number): string => new Date(clock.now() + days * DAY_MS).toISOString().slice(0, 10);
const retire = (date: string | null) =>
  simulator.admin('POST', `/models/${BASE}/retirement`, { shutdown_date: date });

async function registered(): Promise<string> {
  const id = randomUUID();
  await lab.append(TENANT, streamId('model-version', id), {
    type: 'ModelVersionRegistered',
    data: { ...modelRegistered, baseModel: BASE, providerModelId: 'ft:gone' },
  });
  return id;
}
const look = (id: string, apiKey = KEY) =>
  runEndOfLifeWatch(
    jobOf(TENANT, id),
    lab.tools({
      clock,
      providerFor: async () => createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey }),
    }),
  );
const told = async (id: string) =>
  (await lab.history(TENANT, streamId('model-version', id)))
    .slice(1)
    .map((event) => [
      event.type.replace('ModelEndOfLife', ''),
      event.type === 'ModelEndOfLifeWarned'
        ? event.data.withinDays
        : (event.data as { shutdownDate: string }).shutdownDate,
    ]);

describe('the watch over a registered model', () => {
  it('announces the shutdown of its base, warns at each limit once, looks again every day, and starts over when the date moves', async () => {
    const id = await registered();
    const day = { againInMs: DAY_MS };
    expect(await look(id)).toEqual(day);
    expect(await told(id)).toEqual([]);

    const first = dateIn(200);
    await retire(first);
    for (let days = 0; days < 185; days += 5) {
      expect(await look(id)).toEqual(day);
      clock.skip(5 * DAY_MS);
    }
    expect(await told(id)).toEqual([
      ['Announced', first],
      ['Warned', 180],
      ['Warned', 90],
      ['Warned', 30],
    ]);

    const moved = dateIn(100);
    await retire(moved);
    await look(id);
    expect((await told(id)).slice(4)).toEqual([
      ['Announced', moved],
      ['Warned', 180],
    ]);
    await retire(null);
  });

  it('goes on when the provider cannot be asked, and ends when the model is retired', async () => {
    const id = await registered();
    expect(await look(id, 'wrong')).toEqual({ againInMs: 3_600_000 });
    expect(await told(id)).toEqual([]);
    await lab.append(TENANT, streamId('model-version', id), {
      type: 'ModelVersionRetired',
      data: { reason: 'r' },
    });
    expect(await look(id)).toBe('done');
  });
});
