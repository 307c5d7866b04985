import {
  axisNames,
  BOTTOM,
  figure,
  HEIGHT,
  horizontalGrid,
  LEFT,
  RIGHT,
  scale,
  shortened,
  text,
  tickLabel,
  TOP,
  WIDTH,
} from './axes.ts';
import { count, escape, none } from './html.ts';

/** Values from `from`, up to and without `to`. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const MOST_EDGES = 9;

/**
 * Bars of equal width side by side, whatever the bins' own widths are, so that bins that grow by a factor read as a
 * logarithmic axis. Bins are drawn from the first that is not empty to the last.
 * @param options.limit is marked with a line when it lies within the bins
 */
export function histogram(options: {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly bins: readonly Bin[];
  readonly limit?: { readonly at: number; readonly name: string };
}): string {
  const first = options.bins.findIndex((bin) => bin.count > 0);
  const bins = options.bins.slice(first, options.bins.findLastIndex((bin) => bin.count > 0) + 1);
  if (first === -1) return none(`${options.title}: no data.`);
  const y = scale([0, Math.max(...bins.map((bin) => bin.count))], HEIGHT - BOTTOM, TOP + 8);
  const width = (WIDTH - RIGHT - LEFT) / bins.length;
  const left = (index: number): number => LEFT + index * width;
  const each = Math.ceil((bins.length + 1) / MOST_EDGES);
  const drawn = bins.map(
    (bin, index) =>
      `<rect x="${(left(index) + 0.5).toFixed(1)}" y="${y.at(bin.count).toFixed(1)}" width="${Math.max(0.5, width - 1).toFixed(1)}" height="${(HEIGHT - BOTTOM - y.at(bin.count)).toFixed(1)}" class="f0"><title>${bin.from} – ${bin.to}: ${count(bin.count)}</title></rect>`,
  );
  const edges = [...bins.map((bin) => bin.from), bins.at(-1)?.to ?? 0].flatMap((edge, index) =>
    index % each === 0
      ? [text(left(index), HEIGHT - BOTTOM + 16, tickLabel(edge), ' text-anchor="middle" class="soft"')]
      : [],
  );
  return figure(options.title, [
    horizontalGrid(y),
    ...drawn,
    ...edges,
    axisNames(options.xLabel, options.yLabel),
    limitLine(options.limit, bins, left),
  ]);
}

function limitLine(
  limit: { readonly at: number; readonly name: string } | undefined,
  bins: readonly Bin[],
  left: (index: number) => number,
): string {
  const index = limit === undefined ? -1 : bins.findIndex((bin) => limit.at < bin.to);
  const bin = bins[index];
  if (limit === undefined || bin === undefined || limit.at < bin.from) return '';
  const x = left(index + (limit.at - bin.from) / (bin.to - bin.from));
  return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" class="limit"/>${text(x - 5, TOP + 4, limit.name, ' text-anchor="end"')}`;
}

const ROW = 24;
const LABEL_WIDTH = 190;

/** Counts of named things, one a row, in the order given; with each one's share of `total`, or of their sum. */
export function bars(options: {
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly value: number }[];
  readonly total?: number;
}): string {
  const { title, rows } = options;
  if (rows.length === 0) return none(`${title}: none.`);
  const sum = options.total ?? rows.reduce((so, row) => so + row.value, 0);
  const width = scale([0, Math.max(1, ...rows.map((row) => row.value))], 0, WIDTH - LABEL_WIDTH - 120);
  const drawn = rows.map(({ label, value }, index) => {
    const y = index * ROW;
    const share = sum === 0 ? '' : ` · ${((100 * value) / sum).toFixed(1)} %`;
    return `<g><title>${escape(label)}</title>${text(LABEL_WIDTH - 10, y + 16, shortened(label, 27), ' text-anchor="end"')}<rect x="${LABEL_WIDTH}" y="${y + 4}" width="${Math.max(value === 0 ? 0 : 1, width.at(value)).toFixed(1)}" height="${ROW - 8}" rx="2" class="f0"/>${text(LABEL_WIDTH + width.at(value) + 6, y + 16, `${count(value)}${share}`)}</g>`;
  });
  return figure(title, drawn, rows.length * ROW + 4);
}
