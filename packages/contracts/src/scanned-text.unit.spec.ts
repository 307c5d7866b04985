import { codeFrom, idFrom, joined, ourWords } from './scanned-text.ts';

describe('words of this program', () => {
  const typed: string = ['what a person typed'].join();
  const status: 'ready' | 'erased' = 'ready';
  it('are literals, numbers, and what was scanned', () => {
    const scanned = ourWords('a text');
    expect(ourWords`${3} rows of ${scanned}, ${status}`).toBe('3 rows of a text, ready');
    expect(joined([1, 2, scanned])).toBe('1, 2, a text');
  });
  it('are nothing that came from outside: it does not compile', () => {
    // @ts-expect-error a text that nobody scanned
    ourWords(typed);
    // @ts-expect-error nor as a part of a sentence
    ourWords(`the reason: ${typed}`);
    // @ts-expect-error nor of a template
    const part = ourWords`the reason: ${typed}`;
    // @ts-expect-error nor as a part of a part
    const whole = ourWords`the reason: ${`x ${typed}`}`;
    // @ts-expect-error nor in a list
    joined([typed]);
    expect(part).not.toBe(whole);
  });
});

describe('codes of other programs', () => {
  it.each(['invalid_n_examples', 'DeploymentNotFound', 'HTTP_401', 'AUDIT_GAP', 'x'])(
    'are taken: %s',
    (code) => {
      expect(codeFrom(code)).toBe(code);
    },
  );
  it.each([
    'ada.lovelace@example.org',
    'Ada Lovelace',
    '4155550132',
    'call_4155550132',
    'card_4111_1111_1111_1111x',
    '536_22_8726',
    '203.0.113.77',
    'a__b',
    '',
    'x'.repeat(65),
  ])('are not: %j', (code) => {
    expect(codeFrom(code)).toBe('unknown_code');
  });
});

it('an id that FTM did not make is not repeated', () => {
  const id = '018f0000-0000-7000-8000-000000000001';
  expect(idFrom(id)).toBe(id);
  expect(idFrom('ada.lovelace@example.org')).toBe('that is none');
});
