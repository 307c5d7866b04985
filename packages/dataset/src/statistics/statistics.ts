import type { ChatRow, Message, TrainingRow } from '../rows/row.ts';
import type { RowTokens } from '../tokens/row-tokens.ts';
import { createCounts, mergeCounts, type Counts } from './counts.ts';
import { createHistogram, EMPTY_HISTOGRAM, mergeHistograms, type Histogram } from './histogram.ts';
import { addScripts } from './scripts.ts';
import { createTally, EMPTY_TALLY, mergeTallies, type Tally } from './tally.ts';

/** Of the rows of one split. Holds no content: numbers, the names of roles and scripts, and hashes. */
export interface SplitStatistics {
  readonly rows: number;
  readonly tokens: Histogram;
  /** Of one epoch, each row up to the provider's limit. */
  readonly billableTokens: number;
  readonly cutRows: number;
  readonly assumedImages: number;
  /** Messages of a row. */
  readonly turns: Histogram;
  /** UTF-16 units of a message, by role. */
  readonly messageLengths: readonly (readonly [role: string, lengths: Histogram])[];
  readonly rowsWithTools: number;
  readonly toolCalls: number;
  /** Names of functions that are called. */
  readonly tools: Tally;
  /** What the assistant answers last, without white space around it; in a classification task, the label. */
  readonly labels: Tally;
  /** Letters. */
  readonly scripts: Counts;
}

export interface DatasetStatistics {
  readonly version: 1;
  readonly rowsRead: number;
  /** By code. */
  readonly rejections: Counts;
  /** By type of what was replaced. */
  readonly redactions: Counts;
  /** Rows left away as duplicates, by kind. */
  readonly duplicates: Counts;
  /** By name, as `train` and `validation`. */
  readonly splits: readonly (readonly [name: string, statistics: SplitStatistics])[];
}

export const EMPTY_SPLIT: SplitStatistics = {
  rows: 0,
  tokens: EMPTY_HISTOGRAM,
  billableTokens: 0,
  cutRows: 0,
  assumedImages: 0,
  turns: EMPTY_HISTOGRAM,
  messageLengths: [],
  rowsWithTools: 0,
  toolCalls: 0,
  tools: EMPTY_TALLY,
  labels: EMPTY_TALLY,
  scripts: [],
};

export const EMPTY_STATISTICS: DatasetStatistics = {
  version: 1,
  rowsRead: 0,
  rejections: [],
  redactions: [],
  duplicates: [],
  splits: [],
};

export interface StatisticsBuilder {
  read(rows?: number): void;
  rejected(code: string): void;
  redacted(type: string, times?: number): void;
  duplicate(kind: 'exact' | 'near' | 'semantic'): void;
  /** A row that is kept. */
  kept(split: string, row: TrainingRow, tokens: RowTokens): void;
  build(): DatasetStatistics;
}

/** Takes rows one by one and holds none. What a worker builds is merged with what others build. */
export function createStatistics(): StatisticsBuilder {
  let rowsRead = 0;
  const [rejections, redactions, duplicates] = [createCounts(), createCounts(), createCounts()];
  const splits = new Map<string, ReturnType<typeof createSplit>>();
  return {
    read(rows = 1) {
      rowsRead += rows;
    },
    rejected: (code) => rejections.add(code),
    redacted: (type, times) => redactions.add(type, times),
    duplicate: (kind) => duplicates.add(kind),
    kept(name, row, tokens) {
      const split = splits.get(name) ?? createSplit();
      splits.set(name, split);
      split.add(row, tokens);
    },
    build: () => ({
      version: 1,
      rowsRead,
      rejections: rejections.build(),
      redactions: redactions.build(),
      duplicates: duplicates.build(),
      splits: byName([...splits].map(([name, split]) => [name, split.build()])),
    }),
  };
}

/** The same whichever comes first, and however parts are put together. */
export const mergeStatistics = (a: DatasetStatistics, b: DatasetStatistics): DatasetStatistics => ({
  version: 1,
  rowsRead: a.rowsRead + b.rowsRead,
  rejections: mergeCounts(a.rejections, b.rejections),
  redactions: mergeCounts(a.redactions, b.redactions),
  duplicates: mergeCounts(a.duplicates, b.duplicates),
  splits: mergeNamed(a.splits, b.splits, mergeSplits),
});

/** Over all splits. */
export const wholeOf = ({ splits }: DatasetStatistics): SplitStatistics =>
  splits.reduce((whole, [, split]) => mergeSplits(whole, split), EMPTY_SPLIT);

function mergeSplits(a: SplitStatistics, b: SplitStatistics): SplitStatistics {
  return {
    rows: a.rows + b.rows,
    tokens: mergeHistograms(a.tokens, b.tokens),
    billableTokens: a.billableTokens + b.billableTokens,
    cutRows: a.cutRows + b.cutRows,
    assumedImages: a.assumedImages + b.assumedImages,
    turns: mergeHistograms(a.turns, b.turns),
    messageLengths: mergeNamed(a.messageLengths, b.messageLengths, mergeHistograms),
    rowsWithTools: a.rowsWithTools + b.rowsWithTools,
    toolCalls: a.toolCalls + b.toolCalls,
    tools: mergeTallies(a.tools, b.tools),
    labels: mergeTallies(a.labels, b.labels),
    scripts: mergeCounts(a.scripts, b.scripts),
  };
}

function createSplit(): { add(row: TrainingRow, tokens: RowTokens): void; build(): SplitStatistics } {
  let [rows, billableTokens, cutRows, assumedImages, rowsWithTools, toolCalls] = [0, 0, 0, 0, 0, 0];
  const [tokensOfRows, turns] = [createHistogram(), createHistogram()];
  const lengths = new Map<string, ReturnType<typeof createHistogram>>();
  const [tools, labels, scripts] = [createTally(), createTally(), createCounts()];

  function addMessage(role: string, text: string): void {
    const histogram = lengths.get(role) ?? createHistogram();
    lengths.set(role, histogram);
    histogram.add(text.length);
    addScripts(text, scripts);
  }

  return {
    add(row, tokens) {
      rows += 1;
      tokensOfRows.add(tokens.tokens);
      billableTokens += tokens.billable;
      cutRows += tokens.cut ? 1 : 0;
      assumedImages += tokens.assumedImages;
      const { messages, withTools, answer } = partsOf(row);
      turns.add(messages.length);
      rowsWithTools += withTools ? 1 : 0;
      for (const message of messages) {
        addMessage(message.role, textOf(message));
        for (const call of message.tool_calls ?? []) {
          toolCalls += 1;
          tools.add(call.function.name);
        }
      }
      if (answer !== '') labels.add(answer);
    },
    build: () => ({
      rows,
      tokens: tokensOfRows.build(),
      billableTokens,
      cutRows,
      assumedImages,
      turns: turns.build(),
      messageLengths: byName([...lengths].map(([role, histogram]) => [role, histogram.build()])),
      rowsWithTools,
      toolCalls,
      tools: tools.build(),
      labels: labels.build(),
      scripts: scripts.build(),
    }),
  };
}

interface RowParts {
  readonly messages: readonly Message[];
  readonly withTools: boolean;
  readonly answer: string;
}

/** A preference's label is the answer that is preferred. */
function partsOf(row: TrainingRow): RowParts {
  if ('messages' in row) return chatParts(row, row.messages);
  if ('input' in row)
    return {
      ...chatParts(row.input, row.preferred_output),
      messages: [...row.input.messages, ...row.preferred_output, ...row.non_preferred_output],
    };
  const messages: readonly Message[] = [
    { role: 'user', content: row.prompt },
    { role: 'assistant', content: row.completion },
  ];
  return chatParts({ messages }, messages);
}

const chatParts = (row: ChatRow, answers: readonly Message[]): RowParts => ({
  messages: row.messages,
  withTools: (row.tools ?? []).length > 0,
  answer: textOf(answers.findLast((each) => each.role === 'assistant')).trim(),
});

function textOf(message: Message | undefined): string {
  const content = message?.content ?? '';
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function mergeNamed<T>(
  a: readonly (readonly [string, T])[],
  b: readonly (readonly [string, T])[],
  merge: (a: T, b: T) => T,
): readonly (readonly [string, T])[] {
  const merged = new Map(a);
  for (const [name, value] of b) {
    const known = merged.get(name);
    merged.set(name, known === undefined ? value : merge(known, value));
  }
  return byName([...merged]);
}

const byName = <T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] =>
  entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
