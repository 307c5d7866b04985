import { z } from 'zod';
import { ENDPOINTS } from './endpoints.ts';
import { CreateEvalRun } from './resources/eval-runs.ts';
import { ListFineTunes } from './resources/ft-jobs.ts';
import { RegisterModelVersion } from './resources/model-versions.ts';
import { RequestPromotion } from './resources/promotions.ts';
import { NewLabels } from './parts.ts';

const endpoints = Object.entries(ENDPOINTS);
/** What answers with a page or a file for people, and not with JSON. */
const NO_JSON = ['/report', '/evidence'];

describe('the table of endpoints', () => {
  it('has a name for each, and none twice', () => {
    const names = endpoints.map(([, { operationId }]) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it('has the parameters that the path names', () => {
    for (const [key, { params }] of endpoints) {
      const named = [...key.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect([key, Object.keys(params.shape)]).toEqual([key, named]);
    }
  });

  it('has an answer for everything that is JSON', () => {
    for (const [key, { answer }] of endpoints)
      expect([key, answer === null]).toEqual([key, NO_JSON.some((end) => key.endsWith(end))]);
  });

  it('has lists of one form, with limit and cursor', () => {
    const lists = endpoints.filter(([, { operationId }]) => operationId.startsWith('list'));
    expect(lists.length).toBeGreaterThan(15);
    for (const [key, { query, answer }] of lists) {
      const shape = (answer as unknown as z.ZodObject).shape;
      expect([key, Object.keys(shape)]).toEqual([
        key,
        expect.arrayContaining(['object', 'data', 'has_more', 'next_cursor']),
      ]);
      expect([key, Object.keys((query as unknown as z.ZodObject).shape)]).toEqual([
        key,
        expect.arrayContaining(['limit', 'cursor']),
      ]);
    }
  });

  it('says everything in snake_case', () => {
    const names = new Set<string>();
    for (const [, { answer, body, query }] of endpoints)
      for (const schema of [answer, body, query])
        if (schema !== null)
          z.toJSONSchema(schema, {
            io: 'input',
            override: ({ jsonSchema }) =>
              Object.keys(jsonSchema.properties ?? {}).forEach((name) => names.add(name)),
          });
    expect([...names].filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))).toEqual([]);
  });
});

describe('what is refused', () => {
  const model = {
    project_id: 'p',
    base_model: 'gpt-4.1-nano-2025-04-14',
    provider_model_id: 'ft:gpt-4.1:acme::x',
  };
  const run = {
    project_id: 'p',
    suite_id: '2b42cb58-8379-4fea-8ae4-20cd7d734939',
    model_ref: { type: 'base_model', value: 'gpt-4.1' },
  };

  it('a status that no job has', () => {
    expect(ListFineTunes.safeParse({ status: 'running' }).success).toBe(true);
    expect(ListFineTunes.safeParse({ status: 'foo' }).error?.issues[0]?.message).toContain('"running"');
  });

  it.each(['a sentence about Ada', 'ada@example.org', 'a\u0000b', '', 'x'.repeat(201)])(
    'a model by the name of %j',
    (name) => {
      expect(RegisterModelVersion.safeParse(model).success).toBe(true);
      expect(RegisterModelVersion.safeParse({ ...model, base_model: name }).success).toBe(false);
      expect(RegisterModelVersion.safeParse({ ...model, provider_model_id: name }).success).toBe(false);
      expect(CreateEvalRun.safeParse(run).success).toBe(true);
      expect(CreateEvalRun.safeParse({ ...run, model_ref: { ...run.model_ref, value: name } }).success).toBe(
        false,
      );
    },
  );

  it('a target that is no id', () => {
    const ask = (type: string, value: string) =>
      RequestPromotion.safeParse({
        project_id: 'p',
        model_version_id: run.suite_id,
        target: { type, value },
        min_eval_score: 0.5,
      }).success;
    expect([ask('global', '*'), ask('assistant', 'support'), ask('project', 'p')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([
      ask('assistant', 'the people at the desk'),
      ask('assistant', '*'),
      ask('global', 'support'),
    ]).toEqual([false, false, false]);
  });

  it('labels that are too long or too many', () => {
    const labels = z.strictObject(NewLabels);
    const pairs = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));
    expect(labels.safeParse({ name: 'n', metadata: pairs(16) }).success).toBe(true);
    expect(labels.safeParse({ metadata: pairs(17) }).success).toBe(false);
    expect(labels.safeParse({ metadata: { ['k'.repeat(65)]: 'v' } }).success).toBe(false);
    expect(labels.safeParse({ metadata: { k: 'v'.repeat(513) } }).success).toBe(false);
    expect(labels.safeParse({ metadata: { 'a key': 'v' } }).success).toBe(false);
  });
});
