import type { Fingerprint } from './canonical.ts';
import { createGrouper } from './groups.ts';
import { createSpool } from './spool.ts';

/** Words of a record: two of the prompt, two of the answer, the row number. */
const WORDS = 5;
const CHUNK = 4096;
const MAX_ANSWERS = 1000;

export interface ConflictGroup {
  /** Numbers of rows with the same prompt, in source order; the first ones. */
  readonly rows: readonly number[];
  readonly rowCount: number;
  /** Up to 1,000; then it says 1,000. */
  readonly answerCount: number;
}

export interface ConflictReport {
  /** Prompts that have more than one answer. */
  readonly prompts: number;
  /** Rows with such a prompt. */
  readonly rows: number;
  /** The largest groups, then the earliest. */
  readonly groups: readonly ConflictGroup[];
}

export interface ConflictIndex {
  readonly bytes: number;
  /** In source order. */
  add(row: { readonly number: number; readonly prompt: Fingerprint; readonly answer: Fingerprint }): void;
  report(): Promise<ConflictReport>;
  close(): void;
}

/**
 * Rows that ask the same (by their canonical prompts) and are answered differently: what a model cannot learn.
 * Fingerprints are spooled to `dir`; memory does not grow with the rows.
 */
export function createConflictIndex(options: {
  readonly dir?: string;
  readonly maxGroups?: number;
  readonly maxRowsPerGroup?: number;
}): ConflictIndex {
  const { dir, maxGroups = 100, maxRowsPerGroup = 20 } = options;
  const records = createSpool(dir);
  return {
    get bytes() {
      return records.bytes;
    },
    add({ number, prompt, answer }) {
      for (const word of [prompt[0], prompt[1], answer[0], answer[1], number]) records.push(word ?? 0);
    },
    async report() {
      const count = records.length / WORDS;
      const block = new Uint32Array(CHUNK * WORDS);
      let groups: ConflictGroup[] = [];
      let prompts = 0;
      let rows = 0;
      await createGrouper().group(
        count,
        (each) => {
          for (let from = 0; from < count; from += CHUNK) {
            const part = block.subarray(0, Math.min(CHUNK, count - from) * WORDS);
            records.read(from * WORDS, part);
            for (let at = 0; at * WORDS < part.length; at += 1) each(from + at, part[at * WORDS] ?? 0);
          }
        },
        (members) => {
          for (const group of conflictsOf(members, records.read, maxRowsPerGroup)) {
            prompts += 1;
            rows += group.rowCount;
            groups.push(group);
          }
          if (groups.length > 4 * maxGroups) groups = largest(groups, maxGroups);
        },
      );
      return { prompts, rows, groups: largest(groups, maxGroups) };
    },
    close: records.close,
  };
}

/** The members share 32 bits of their prompts' fingerprints: told apart by the other 32 here. */
function conflictsOf(
  members: Uint32Array,
  read: (offset: number, into: Uint32Array) => void,
  maxRows: number,
): ConflictGroup[] {
  const byPrompt = new Map<number, { rows: number[]; rowCount: number; answers: Set<bigint> }>();
  const record = new Uint32Array(WORDS);
  for (const member of members) {
    read(member * WORDS, record);
    const [, prompt = 0, answer0 = 0, answer1 = 0, number = 0] = record;
    const group = byPrompt.get(prompt) ?? { rows: [], rowCount: 0, answers: new Set() };
    byPrompt.set(prompt, group);
    if (group.rows.length < maxRows) group.rows.push(number);
    group.rowCount += 1;
    if (group.answers.size < MAX_ANSWERS) group.answers.add((BigInt(answer0) << 32n) | BigInt(answer1));
  }
  return [...byPrompt.values()]
    .filter(({ answers }) => answers.size > 1)
    .map(({ rows, rowCount, answers }) => ({ rows, rowCount, answerCount: answers.size }));
}

const largest = (groups: readonly ConflictGroup[], count: number): ConflictGroup[] =>
  groups.toSorted((a, b) => b.rowCount - a.rowCount || (a.rows[0] ?? 0) - (b.rows[0] ?? 0)).slice(0, count);
