import { detect, redact } from '@ftm/pii/detect';

export interface SanitizedText {
  readonly text: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly injection: boolean;
}

export const TRISM_POLICY = 'trism-2026-11';

/** Instructions to a model where only a customer should speak. */
const INJECTION =
  /\b(?:ignore|disregard|forget) (?:all |any |the )?(?:previous|prior|above|earlier) (?:instructions|prompts|rules)\b|\breveal (?:your|the) system prompt\b|<\|(?:im_start|im_end|endoftext)\|>/i;
const ABUSE = /\b(?:idiot|moron|shut up|stupid (?:bot|machine))\b/i;

/** Replaces personal data by typed placeholders; inside one document the same value is the same placeholder. */
export function createPseudonyms(): (text: string) => SanitizedText {
  const names = new Map<string, string>();
  const next = new Map<string, number>();
  return (text) => {
    const findings = detect(text);
    const counts = new Map<string, number>();
    const clean = redact(text, findings, ({ type }, value) => {
      counts.set(type, (counts.get(type) ?? 0) + 1);
      const key = `${type} ${value.replace(/[\s-]/g, '').toLowerCase()}`;
      let name = names.get(key);
      if (name === undefined) {
        const number = (next.get(type) ?? 0) + 1;
        next.set(type, number);
        name = `[${type}_${number}]`;
        names.set(key, name);
      }
      return name;
    });
    return { text: clean, counts, injection: INJECTION.test(text) };
  };
}

/** How much an output should worry its reader, 0..1, and why. */
export function riskOf(output: string): { readonly risk: number; readonly flags: readonly string[] } {
  const flags: string[] = [];
  if (output.trim() === '') flags.push('empty');
  if (detect(output).length > 0) flags.push('personal_data');
  if (INJECTION.test(output)) flags.push('injection');
  if (ABUSE.test(output)) flags.push('abuse');
  const weight: Record<string, number> = { empty: 0.2, personal_data: 0.8, injection: 0.7, abuse: 0.5 };
  return {
    risk: Math.min(
      1,
      flags.reduce((sum, flag) => sum + (weight[flag] ?? 0), 0),
    ),
    flags,
  };
}
