import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from './openapi.ts';

describe('the OpenAPI document of the Orchestrator', () => {
  it('is current: write-openapi.ts writes it', () => {
    const written: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../openapi/orchestrator.json'), 'utf8'),
    );
    expect(written).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  it('names every operation once', () => {
    const paths = openApiDocument()['paths'] as Record<string, Record<string, { operationId: string }>>;
    const ids = Object.values(paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
