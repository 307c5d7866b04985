import { printable } from './printable.ts';

describe('what comes from elsewhere', () => {
  it.each([
    ['a title', '\x1b]0;owned\x07', '\\u001b]0;owned\\u0007'],
    ['a cursor', 'ok\x1b[2J\x1b[H', 'ok\\u001b[2J\\u001b[H'],
    ['a sequence of eight bits', '\x9b2J', '\\u009b2J'],
    ['a carriage return', 'failed\rready', 'failed\\u000dready'],
    ['a bell, a backspace and a null', '\x07\b\0', '\\u0007\\u0008\\u0000'],
    ['letters turned round', 'user\u202egnp.exe', 'user\\u202egnp.exe'],
    ['isolates', '\u2066a\u2069', '\\u2066a\\u2069'],
  ])('does nothing to a terminal: %s', (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('is shown as it is otherwise, our own colors, tabs and lines among it', () => {
    const text = '\x1b[1m\x1b[38;5;2mready\x1b[0m\tZoë 你好 שלום 👩‍👩‍👧\nnext';
    expect(printable(text)).toBe(text);
  });

  it('is the same value when it was JSON', () => {
    const value = { name: 'a\x9b\u202e\x1b[31m\x7f' };
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
  });
});
