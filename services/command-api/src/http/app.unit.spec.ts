import { byPath } from './app.ts';

describe('the order that paths are tried in', () => {
  test('a fixed name comes before a parameter in its place, whatever order routes are declared in', () => {
    const paths = ['/v1/things/{id}', '/v1/things/{id}/stop', '/v1/things/check', '/v1/things'];
    for (const declared of [paths, paths.toReversed()])
      expect(byPath(declared.map((path) => ({ path }))).map(([path]) => path)).toEqual([
        '/v1/things',
        '/v1/things/check',
        '/v1/things/:id',
        '/v1/things/:id/stop',
      ]);
  });

  test('routes of one path stay together, so that its allowed methods are all of them', () => {
    const routes = [
      { path: '/v1/things/{id}', method: 'get' },
      { path: '/v1/things', method: 'get' },
      { path: '/v1/things/{id}', method: 'post' },
    ];
    expect(byPath(routes)).toEqual([
      ['/v1/things', [routes[1]]],
      ['/v1/things/:id', [routes[0], routes[2]]],
    ]);
  });
});
