/** Small plots as inline SVG: they open offline, print, and need no script. */

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 640;
const HEIGHT = 260;
const LEFT = 52;
const BOTTOM = 36;
const TOP = 14;
const RIGHT = 16;
const COLOURS = ['var(--one)', 'var(--two)', 'var(--three)'];

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Lines over a common x axis. Empty series are left out; without any point the plot says so. */
export function lineChart(options: {
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly Series[];
}): string {
  const series = options.series.filter((each) => each.points.length > 0);
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) return `<p class="empty">${escapeHtml(options.title)}: no data</p>`;
  const x = scale(extent(points.map((point) => point.x)), LEFT, WIDTH - RIGHT);
  const y = scale(extent([0, ...points.map((point) => point.y)]), HEIGHT - BOTTOM, TOP);
  const lines = series.map((each, index) => {
    const path = each.points
      .map((point, at) => `${at === 0 ? 'M' : 'L'}${x.at(point.x).toFixed(1)},${y.at(point.y).toFixed(1)}`)
      .join('');
    const dots =
      each.points.length > 60
        ? ''
        : each.points
            .map(
              (point) =>
                `<circle cx="${x.at(point.x).toFixed(1)}" cy="${y.at(point.y).toFixed(1)}" r="2.5" fill="${colour(index)}"/>`,
            )
            .join('');
    return `<path d="${path}" fill="none" stroke="${colour(index)}" stroke-width="2"/>${dots}`;
  });
  const legend = series
    .map(
      (each, index) =>
        `<tspan fill="${colour(index)}" dx="${index === 0 ? 0 : 16}">● ${escapeHtml(each.name)}</tspan>`,
    )
    .join('');
  return figure(options.title, [
    axes(x, y, options.xLabel, options.yLabel),
    ...lines,
    `<text x="${LEFT + 8}" y="${TOP + 6}" class="legend">${legend}</text>`,
  ]);
}

/** Estimates with their confidence intervals, one a row, on a scale from 0 to 1. */
export function intervalChart(options: {
  title: string;
  rows: readonly {
    readonly label: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[];
}): string {
  const height = TOP + BOTTOM + options.rows.length * 44;
  const left = 170;
  const at = (value: number): string => (left + value * (WIDTH - left - RIGHT)).toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      `<line x1="${at(tick)}" x2="${at(tick)}" y1="${TOP}" y2="${height - BOTTOM}" class="grid"/><text x="${at(tick)}" y="${height - BOTTOM + 16}" text-anchor="middle">${tick}</text>`,
  );
  const rows = options.rows.map((row, index) => {
    const middle = TOP + index * 44 + 22;
    return [
      `<text x="${left - 12}" y="${middle + 4}" text-anchor="end">${escapeHtml(row.label)}</text>`,
      `<line x1="${at(row.low)}" x2="${at(row.high)}" y1="${middle}" y2="${middle}" stroke="${colour(index)}" stroke-width="3"/>`,
      `<circle cx="${at(row.value)}" cy="${middle}" r="6" fill="${colour(index)}"/>`,
      `<text x="${at(row.value)}" y="${middle - 11}" text-anchor="middle">${row.value.toFixed(3)} [${row.low.toFixed(3)}, ${row.high.toFixed(3)}]</text>`,
    ].join('');
  });
  return figure(options.title, [...grid, ...rows], height);
}

const colour = (index: number): string => COLOURS[index % COLOURS.length] ?? 'currentColor';

interface Scale {
  readonly domain: readonly [number, number];
  at(value: number): number;
}

function scale(domain: readonly [number, number], from: number, to: number): Scale {
  const span = domain[1] - domain[0];
  return { domain, at: (value) => from + ((value - domain[0]) / (span === 0 ? 1 : span)) * (to - from) };
}

function extent(values: readonly number[]): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function axes(x: Scale, y: Scale, xLabel: string, yLabel: string): string {
  const yTicks = ticks(y.domain).map(
    (tick) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.at(tick).toFixed(1)}" y2="${y.at(tick).toFixed(1)}" class="grid"/><text x="${LEFT - 6}" y="${(y.at(tick) + 4).toFixed(1)}" text-anchor="end">${label(tick)}</text>`,
  );
  const xTicks = ticks(x.domain).map(
    (tick) =>
      `<text x="${x.at(tick).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${label(tick)}</text>`,
  );
  return [
    ...yTicks,
    ...xTicks,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escapeHtml(xLabel)}</text>`,
    `<text x="14" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(TOP + HEIGHT - BOTTOM) / 2})">${escapeHtml(yLabel)}</text>`,
  ].join('');
}

/** About five round numbers inside the range. */
function ticks([low, high]: readonly [number, number]): number[] {
  const span = high - low;
  if (span <= 0) return [low];
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const found: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step / 1e6; tick += step) found.push(tick);
  return found;
}

const label = (value: number): string => String(Number(value.toPrecision(4)));

function figure(title: string, parts: readonly string[], height = HEIGHT): string {
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}">${parts.join('')}</svg></figure>`;
}
