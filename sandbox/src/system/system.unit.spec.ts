import { readFileSync } from 'node:fs';
import { MAIN } from './system.ts';

const dockerfile = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8');

it('the demo, `npm start` and the specs of the whole system run what the image runs', () => {
  const commands = [...dockerfile.matchAll(/^CMD \["node", "(services\/.*)"\]$/gm)].map(([, entry]) => entry);
  expect(commands.sort()).toEqual(Object.values(MAIN).sort());
  expect(dockerfile).toContain('ENV NODE_ENV=production');
});
