import { digest } from '@ftm/contracts/ids';
import type { RowRules } from '../rows/rules.ts';
import { validateStream, type StreamedRow, type StreamSummary } from '../rows/validate-stream.ts';
import type { Source, SourceRow } from './source.ts';

const PAGE_ROWS = 500;
const PAGE_BYTES = 2 * 1024 * 1024;

/**
 * A JSONL body as it comes in: read once, validated row by row, and nothing of it held but the page. It cannot be
 * read from a cursor.
 */
export function jsonlSource(
  body: AsyncIterable<Uint8Array>,
  rules: RowRules,
): Source & { readonly summary: () => StreamSummary } {
  const { rows, summary } = validateStream(body, rules);
  return {
    summary,
    async *pages() {
      let page: SourceRow[] = [];
      let bytes = 0;
      for await (const row of rows) {
        // A page is given out when another row is there: only then it is known not to be the last.
        if (page.length === PAGE_ROWS || bytes >= PAGE_BYTES) {
          yield { rows: page, next: String(row.line) };
          page = [];
          bytes = 0;
        }
        page.push(fromStream(row));
        bytes += row.lengthBytes;
      }
      yield { rows: page, next: null };
    },
  };
}

const fromStream = ({ line, row, rejections }: StreamedRow): SourceRow => ({
  ref: null,
  group: null,
  at: null,
  sha256:
    row === undefined
      ? digest('ftm.rejected', String(line), ...rejections.map(({ code }) => code))
      : digest('ftm.row', JSON.stringify(row)),
  row: row === undefined ? { rejections } : { value: row },
});
