import fc from 'fast-check';
import { readStrictJson, type JsonFaultCode } from './strict-json.ts';

const LIMITS = { maxDepth: 8, maxValues: 1000, maxFaults: 10 };
const read = (text: string | Uint8Array) =>
  readStrictJson(typeof text === 'string' ? Buffer.from(text) : text, LIMITS);

describe('strict JSON', () => {
  it('is read as any JSON that is sound', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), fc.boolean(), (value, spaced) => {
        const text = JSON.stringify(value, null, spaced ? 2 : undefined);
        const sound = readStrictJson(Buffer.from(text), { ...LIMITS, maxDepth: 64 });
        // What fast-check brings and this refuses on purpose has a fault; everything else is the same value.
        if (sound.faults.length === 0) expect(sound.value).toEqual(JSON.parse(text));
        else
          for (const { code } of sound.faults)
            expect(['inexact_number', 'invalid_unicode', 'forbidden_key']).toContain(code);
      }),
    );
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { faults } = read(bytes);
        let parsed = true;
        try {
          JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
        } catch {
          parsed = false;
        }
        if (!parsed) expect(faults).not.toEqual([]);
      }),
    );
  });

  it('never throws, whatever the JSON was damaged like', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat(255), (text, at, byte) => {
        const bytes = Buffer.from(text);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        read(bytes);
      }),
    );
  });

  it('finds every key that is there twice, and no other', () => {
    const key = fc.constantFrom('a', 'b', 'c"\\', 'd:{', '1');
    const members = fc.array(fc.tuple(key, fc.constantFrom('1', '[]', '{"a":1}', '"a"', '"\\\\"')), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(members, (list) => {
        const text = `[{${list.map(([name, value]) => `${JSON.stringify(name)} : ${value}`).join(',')}}]`;
        const names = list.map(([name]) => name);
        const twice = names.filter((name, index) => names.indexOf(name) !== index);
        expect(read(text).faults.map(({ code, path }) => [code, path])).toEqual(
          twice.map((name) => ['duplicate_key', [0, name]]),
        );
      }),
    );
  });

  it.each<readonly [string, string | Uint8Array, JsonFaultCode, readonly (string | number)[]]>([
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'invalid_utf8', []],
    ['an overlong form', Uint8Array.of(0x22, 0xc0, 0x80, 0x22), 'invalid_utf8', []],
    ['half a pair in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'invalid_utf8', []],
    ['nothing', '', 'invalid_json', []],
    ['something behind it', '{} x', 'invalid_json', []],
    ['nine levels', '['.repeat(9) + ']'.repeat(9), 'nested_too_deeply', []],
    ['a million brackets', '['.repeat(1_000_000), 'nested_too_deeply', []],
    ['a million objects', '{"a":'.repeat(1_000_000), 'nested_too_deeply', []],
    ['a thousand empty lists', `[${'[],'.repeat(999)}[]]`, 'too_many_values', []],
    ['a key twice', '{"a":{"b":1,"b":2}}', 'duplicate_key', ['a', 'b']],
    ['a key twice in a list', '[1,{"a":[]},{"a":"}","a":2}]', 'duplicate_key', [2, 'a']],
    ['a key twice, written differently', '{"a":1,"\\u0061":2}', 'duplicate_key', ['a']],
    ['a prototype', '{"a":{"__proto__":{}}}', 'forbidden_key', ['a', '__proto__']],
    ['a prototype, written differently', '{"\\u005f_proto__":{}}', 'forbidden_key', ['__proto__']],
    ['a NUL', '{"a":["\\u0000"]}', 'invalid_unicode', ['a', 0]],
    ['half a pair', '{"a":"\\uD83D"}', 'invalid_unicode', ['a']],
    ['the other half', '{"a":"x\\ude00"}', 'invalid_unicode', ['a']],
    ['half a pair in a key', '{"a":{"\\ud83d":1}}', 'invalid_unicode', ['a']],
    ['2^53 + 1', '{"a":9007199254740993}', 'inexact_number', ['a']],
    ['-(2^53)', '[-9007199254740992]', 'inexact_number', [0]],
    ['more than a number can be', '[1e400]', 'inexact_number', [0]],
  ])('refuses %s', (_what, text, code, path) => {
    const { faults } = read(text);
    expect(faults.map((fault) => [fault.code, fault.path])).toEqual([[code, path]]);
  });

  it.each([
    ['eight levels', '['.repeat(8) + ']'.repeat(8)],
    ['a thousand values', `[${'1,'.repeat(998)}1]`],
    ['brackets and quotes in texts', '{"a":"[[[[[[[[[[{{{{{{\\"","b\\\\":"\\\\"}'],
    ['a whole pair, escaped', '"\\ud83d\\ude00"'],
    ['the largest exact number', '[9007199254740991,-9007199254740991,1.5e-300]'],
    ['a byte order mark', '\ufeff{}'],
    ['the same key in other objects', '[{"a":{"a":1}},{"a":2}]'],
  ])('takes %s', (_what, text) => {
    expect(read(text)).toEqual({ value: JSON.parse(text.replace('\ufeff', '')), faults: [] });
  });

  it('says where the syntax is wrong, without a word of the text', () => {
    for (const text of ['{"a":secret}', '{"secret":1,}', '{"a":1}secret', '{"a":"secret', '"\u0001secret"'])
      for (const { detail } of read(text).faults) expect(detail).not.toMatch(/secret/);
    expect(read('{"a":1} x').faults[0]?.detail).toBe('something follows the JSON, from character 9');
    expect(read('{"a":1,}').faults[0]?.detail).toBe('this is not JSON from character 8');
  });

  it('tells all faults of a text, up to a limit', () => {
    const text = `[${'1e999,'.repeat(9)}"\\u0000",{"a":1,"a":2}]`;
    expect(read(text).faults).toHaveLength(10);
    expect(readStrictJson(Buffer.from(text), { ...LIMITS, maxFaults: 1 }).faults).toHaveLength(1);
  });
});
