import { credentialOf, internalCredentials } from './credentials.ts';

const [A, B, C] = ['a', 'b', 'c'].map((each) => each.repeat(32)) as [string, string, string];

describe('the credentials of internal calls', () => {
  const api = internalCredentials('command-api');
  const runners = internalCredentials('runners');

  it('are read by caller, the one that signs first', () => {
    const credentials = api.parse(`command-api:${A}:${B}, runners:${C}`);
    expect(Object.fromEntries(credentials)).toEqual({ 'command-api': [A, B], runners: [C] });
    expect(credentialOf(credentials, 'command-api')).toEqual({ caller: 'command-api', secret: A });
    expect(runners.parse(`runners:${C}`)).toEqual(new Map([['runners', [C]]]));
  });

  it.each([
    ['', 'runners', />=1 char/],
    [`nobody:${A}`, 'command-api', /callers are command-api, runners/],
    [`command-api:short`, 'command-api', /32 to 256/],
    [`command-api:${A}:${B}:${C}`, 'command-api', /<caller>:<secret>:<secret>/],
    [`command-api`, 'command-api', /32 to 256/],
    [`command-api:${A},command-api:${B}`, 'command-api', /twice/],
    [`command-api:${A},runners:${A}`, 'command-api', /no two secrets/],
    [`command-api:${A}:${A}`, 'command-api', /no two secrets/],
    [`runners:${A}`, 'command-api', /command-api is missing/],
    [`command-api:${A}`, 'runners', /runners is missing/],
    [`command-api:${A},runners:${B}`, 'runners', /must have no other/],
  ] as const)('are refused as %j of %s, and no secret is told', (text, own, why) => {
    const { error } = internalCredentials(own).safeParse(text);
    const told = error?.issues.map(({ message }) => message).join() ?? 'nothing';
    expect(told).toMatch(why);
    for (const secret of [A, B, C, 'short']) expect(told).not.toContain(secret);
  });

  it('are not there for whom there are none', () => {
    expect(() => credentialOf(runners.parse(`runners:${C}`), 'command-api')).toThrow(RangeError);
  });
});
