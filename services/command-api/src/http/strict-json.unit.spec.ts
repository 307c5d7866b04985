import { Problem } from './problem.ts';
import { parseStrictJson } from './strict-json.ts';

const parse = (text: string | Uint8Array): unknown =>
  parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text);

describe('strict JSON', () => {
  it('takes what a program means', () => {
    const text = '{"a":[1,2.5,-3e2,"ü😀\\n",null,true],"b":{"a":1},"c":[{"a":1},{"a":2}]}';
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each<readonly [string, string | Uint8Array]>([
    ['no JSON', '{'],
    ['nothing', ''],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice, written differently', '{"a":1,"\\u0061":2}'],
    ['a key twice, deep inside', '[{"x":{"a":1,"b":2,"a":3}}]'],
    ['a depth bomb', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['a NUL', '{"a":"\\u0000"}'],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['an integer that loses digits', '{"a":9007199254740993}'],
    ['a prototype', '{"__proto__":{"admin":true}}'],
  ])('refuses %s with 400', (_what, text) => {
    let refusal: unknown;
    try {
      parse(text);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal).toMatchObject({ status: 400, code: 'MALFORMED_BODY' });
  });
});
