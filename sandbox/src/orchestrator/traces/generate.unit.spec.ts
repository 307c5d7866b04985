import { BANK_HELPER, BANK_HELPER_DRIFTED } from '../seed.ts';
import { banking77 } from './banking77.ts';
import { ALL_CANARIES } from './canaries.ts';
import { evalCases } from './eval-cases.ts';
import { generateTraces } from './generate.ts';

const traces = generateTraces();
const of = (assistant: string) => traces.filter((trace) => trace.assistant_id === assistant);
const said = (role: string, trace: (typeof traces)[number]) =>
  trace.messages.find((message) => message.role === role)?.content ?? '';
const labels = new Map(banking77('train').map(({ text, category }) => [text.trim(), category]));
const intents = new Set(labels.values());

describe('the traces of the demo', () => {
  it('are always the same', () => {
    expect(generateTraces()).toEqual(traces);
    expect(new Set(traces.map(({ id }) => id)).size).toBe(traces.length);
  });

  it('are as many as the demo says, of every intent', () => {
    expect(of(BANK_HELPER)).toHaveLength(2476);
    const answered = of(BANK_HELPER).map((trace) => said('assistant', trace));
    expect(new Set(answered.filter((answer) => intents.has(answer))).size).toBe(77);
  });

  it('hold every planted value, in about one question of twelve', () => {
    const text = JSON.stringify(traces);
    expect(ALL_CANARIES.filter((canary) => !text.includes(canary))).toEqual([]);
    const share = of(BANK_HELPER).filter((trace) =>
      ALL_CANARIES.some((canary) => said('user', trace).includes(canary)),
    ).length;
    expect(share / of(BANK_HELPER).length).toBeGreaterThan(0.06);
    expect(share / of(BANK_HELPER).length).toBeLessThan(0.11);
  });

  it('are wrong where they drifted, and right where not', () => {
    const right = (assistant: string): number => {
      const known = of(assistant).filter(
        (trace) => labels.has(said('user', trace)) && said('assistant', trace) !== '',
      );
      return (
        known.filter((trace) => labels.get(said('user', trace)) === said('assistant', trace)).length /
        known.length
      );
    };
    expect(right(BANK_HELPER)).toBeGreaterThan(0.99);
    expect(right(BANK_HELPER_DRIFTED)).toBeLessThan(0.4);
  });

  it('repeat themselves exactly, nearly, and not at all as they should', () => {
    const texts = of(BANK_HELPER).map((trace) => said('user', trace));
    expect(texts.length - new Set(texts).size).toBeGreaterThan(40);
    const nearly = texts.filter((text) => labels.has(/^Hello, (.*) Thank you\./s.exec(text)?.[1] ?? ''));
    expect(nearly.length).toBeGreaterThan(5);
    expect(of(BANK_HELPER).some((trace) => said('assistant', trace) === '')).toBe(true);
    expect(of(BANK_HELPER).some((trace) => trace.messages.some(({ role }) => role === 'customer'))).toBe(
      true,
    );
  });
});

describe('eval cases', () => {
  it('ask what no trace was made of, always the same', () => {
    const cases = evalCases(200);
    expect(cases).toEqual(evalCases(200));
    const asked = new Set(traces.map((trace) => said('user', trace)));
    expect(cases.filter(({ input }) => asked.has(input.at(-1)?.content ?? ''))).toEqual([]);
    expect(cases.every(({ expected }) => intents.has(expected))).toBe(true);
  });
});
