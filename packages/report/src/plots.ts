import {
  axisNames,
  BOTTOM,
  colour,
  extent,
  figure,
  HEIGHT,
  horizontalGrid,
  LEFT,
  RIGHT,
  scale,
  shortened,
  text,
  tickLabel,
  ticks,
  TOP,
  WIDTH,
} from './axes.ts';
import { escape, none } from './html.ts';

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const MOST_DOTS = 60;

/** Lines over a common x axis; y starts at 0. Empty series are left out; without any point the plot says so. */
export function lineChart(options: {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}): string {
  const series = options.series.filter((each) => each.points.length > 0);
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) return none(`${options.title}: no data.`);
  const x = scale(extent(points.map((point) => point.x)), LEFT, WIDTH - RIGHT);
  const y = scale(extent([0, ...points.map((point) => point.y)]), HEIGHT - BOTTOM, TOP + 12);
  const lines = series.map((each, index) => {
    const at = each.points.map((point) => [x.at(point.x).toFixed(1), y.at(point.y).toFixed(1)] as const);
    const path = at.map(([px, py], nth) => `${nth === 0 ? 'M' : 'L'}${px},${py}`).join('');
    const dots =
      at.length > MOST_DOTS
        ? ''
        : at.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="2.5" class="f${colour(index)}"/>`).join('');
    return `<path d="${path}" class="line s${colour(index)} d${index % 3}"/>${dots}`;
  });
  const legend = series
    .map(
      (each, index) =>
        `<tspan class="f${colour(index)}" dx="${index === 0 ? 0 : 16}">● ${escape(each.name)}</tspan>`,
    )
    .join('');
  const xTicks = ticks(x.domain).map((tick) =>
    text(x.at(tick), HEIGHT - BOTTOM + 16, tickLabel(tick), ' text-anchor="middle" class="soft"'),
  );
  return figure(options.title, [
    horizontalGrid(y),
    ...xTicks,
    axisNames(options.xLabel, options.yLabel),
    ...lines,
    `<text x="${LEFT + 8}" y="${TOP}">${legend}</text>`,
  ]);
}

const ROW = 44;

/** Estimates between 0 and 1 with their intervals, one a row. */
export function intervalPlot(options: {
  readonly title: string;
  readonly rows: readonly {
    readonly label: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[];
}): string {
  if (options.rows.length === 0) return none(`${options.title}: no data.`);
  const height = TOP + BOTTOM + options.rows.length * ROW;
  const left = 180;
  const x = scale([0, 1], left, WIDTH - RIGHT - 8);
  const at = (value: number): string => x.at(Math.min(1, Math.max(0, value))).toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      `<line x1="${at(tick)}" x2="${at(tick)}" y1="${TOP}" y2="${height - BOTTOM}" class="grid"/>${text(x.at(tick), height - BOTTOM + 16, String(tick), ' text-anchor="middle" class="soft"')}`,
  );
  const rows = options.rows.map(({ label, value, low, high }, index) => {
    const middle = TOP + index * ROW + 26;
    const [anchor, dx] = value > 0.85 ? ['end', 8] : value < 0.15 ? ['start', -8] : ['middle', 0];
    return [
      `<g><title>${escape(label)}</title>${text(left - 14, middle + 4, shortened(label, 24), ' text-anchor="end"')}</g>`,
      `<line x1="${at(low)}" x2="${at(high)}" y1="${middle}" y2="${middle}" class="line s${colour(index)}"/>`,
      `<circle cx="${at(value)}" cy="${middle}" r="5" class="f${colour(index)}"/>`,
      text(
        Number(at(value)) + dx,
        middle - 10,
        `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
        ` text-anchor="${anchor}"`,
      ),
    ].join('');
  });
  return figure(options.title, [...grid, ...rows], height);
}
