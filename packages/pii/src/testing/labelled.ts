import { readFileSync } from 'node:fs';
import { detect } from '../detect.ts';
import type { Finding, PiiType } from '../types.ts';

/** A sentence and what people say is in it. */
export interface Labelled {
  readonly text: string;
  /** Sentences of one template differ in their values only. */
  readonly template: number;
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

export interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

const TYPES: Readonly<Record<string, PiiType>> = {
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
  CREDIT_CARD: 'CARD',
  IBAN_CODE: 'IBAN',
  US_SSN: 'SSN',
  IP_ADDRESS: 'IP',
  DOMAIN_NAME: 'URL',
  PERSON: 'PERSON',
};
export const LABELLED_STRUCTURED: readonly PiiType[] = ['EMAIL', 'PHONE', 'CARD', 'IBAN', 'SSN', 'IP', 'URL'];

interface Row {
  readonly full_text: string;
  readonly template_id: number;
  readonly spans: readonly {
    readonly entity_type: string;
    readonly start_position: number;
    readonly end_position: number;
  }[];
}

export function readLabelled(): Labelled[] {
  const file = readFileSync(new URL('../../data/pii-labelled-dev.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as Row[]).map((row) => ({
    text: row.full_text,
    template: row.template_id,
    spans: row.spans.map((span) => ({
      type: TYPES[span.entity_type] ?? span.entity_type,
      start: span.start_position,
      end: span.end_position,
    })),
  }));
}

/**
 * By spans: a finding is right if one that is labelled has its type and, with `exact`, its very offsets, otherwise at least one character in common;
 * every label answers for one finding.
 */
export function score(
  rows: readonly Labelled[],
  types: readonly PiiType[],
  match: 'exact' | 'overlap',
  find: (text: string, types: readonly PiiType[]) => readonly Finding[] = detect,
): Score {
  let right = 0;
  let found = 0;
  let labelled = 0;
  for (const { text, spans } of rows) {
    const open = spans.filter(({ type }) => types.includes(type as PiiType));
    labelled += open.length;
    for (const finding of find(text, types)) {
      found += 1;
      const index = open.findIndex(
        ({ type, start, end }) =>
          type === finding.type &&
          (match === 'exact'
            ? start === finding.start && end === finding.end
            : start < finding.end && finding.start < end),
      );
      if (index === -1) continue;
      right += 1;
      open.splice(index, 1);
    }
  }
  const precision = right / found;
  const recall = right / labelled;
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}
