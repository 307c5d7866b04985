import { port } from '@ftm/runtime/config';
import { commandSettings, serviceSettings, settingsOf } from './settings.ts';

const schema = (properties: Record<string, unknown>, required: string[] = []) => ({
  toJSONSchema: () => ({ properties, required }),
});

it('says of a setting what is allowed, what holds without it, and what it is for', () => {
  const properties = {
    A: { type: 'integer', minimum: 1, maximum: 9, default: 4, description: 'How many.' },
    B: { type: 'string', enum: ['on', 'off'], description: 'Whether.' },
    C: { type: 'string', format: 'uri', description: 'Where.' },
  };
  expect(settingsOf('here', schema(properties, ['C']))).toEqual([
    { name: 'A', of: ['here'], allowed: 'integer, 1 to 9', fallback: '4', meaning: 'How many.' },
    { name: 'B', of: ['here'], allowed: '`on`, `off`', fallback: '', meaning: 'Whether.' },
    { name: 'C', of: ['here'], allowed: 'URL', fallback: 'needed', meaning: 'Where.' },
  ]);
});

it('refuses a setting that does not say what it is for', () => {
  expect(() => settingsOf('here', schema({ A: port(1).toJSONSchema() }))).toThrow('A of here');
});

it('reads the real configurations and the real command line', async () => {
  const of = (name: string) => serviceSettings().filter((each) => each.name === name);
  expect(of('FTM_KAFKA_BROKERS')).toMatchObject([{ of: ['command-api', 'projector', 'runners', 'restore'] }]);
  expect(of('FTM_HEALTH_PORT').map((each) => each.fallback)).toEqual(['28090', '28091']);
  expect(of('FTM_DATASET_THREADS')).toMatchObject([{ fallback: 'one for each processor' }]);
  expect(await commandSettings()).toContainEqual({
    name: 'FTM_API_URL',
    of: ['ftm'],
    allowed: '`--api`',
    fallback: 'needed',
    meaning: 'The API.',
  });
});
