import { ENDPOINTS } from '@ftm/api/endpoints';
import { openApiDocument } from '@ftm/api/openapi/document';
import { allRoutes } from './routes.ts';
import type { Services } from './services.ts';

const routes = allRoutes({ limits: {} } as unknown as Services);

describe('what is served', () => {
  it('is the table of endpoints: each once, and no other', () => {
    const served = routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect([...served].sort()).toEqual(Object.keys(ENDPOINTS).sort());
  });

  it('is what the document shows', () => {
    const { paths } = openApiDocument(routes) as { readonly paths: Readonly<Record<string, object>> };
    const shown = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(shown.sort()).toEqual(Object.keys(ENDPOINTS).sort());
  });
});
