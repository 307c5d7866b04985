import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument as orchestrator } from './orchestrator/openapi.ts';
import { openApiDocument as provider } from './provider/openapi.ts';

describe.each([
  ['orchestrator', orchestrator],
  ['provider', provider],
])('the OpenAPI document of the %s', (name, document) => {
  it('is current: write-openapi.ts writes it', () => {
    const written: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, `../openapi/${name}.json`), 'utf8'),
    );
    expect(written).toEqual(JSON.parse(JSON.stringify(document())));
  });

  it('names every operation once', () => {
    const paths = document()['paths'] as Record<string, Record<string, { operationId: string }>>;
    const ids = Object.values(paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
