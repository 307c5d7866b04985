import { escape } from './html.ts';

interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [720, 260, 56, 36];
const COLOURS = ['#2563eb', '#d97706'];
const DASHES = ['', '6 4'];

/** Lines over a common axis, as SVG; nothing when there is no point. */
export function chart(title: string, axis: string, series: readonly Series[]): string {
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return '';
  const [xs, ys] = [all.map(({ x }) => x), all.map(({ y }) => y)];
  const [x0, x1, y1] = [Math.min(...xs), Math.max(...xs), Math.max(...ys, 1e-9)];
  const px = (x: number): string =>
    (LEFT + ((x - x0) / Math.max(1e-9, x1 - x0)) * (WIDTH - LEFT - 16)).toFixed(1);
  const py = (y: number): string => (HEIGHT - BOTTOM - (y / y1) * (HEIGHT - BOTTOM - 24)).toFixed(1);
  const lines = series.flatMap(({ name, points }, index) => {
    if (points.length === 0) return [];
    const path = points.map(({ x, y }) => `${px(x)},${py(y)}`).join(' ');
    const label = `<text x="${LEFT + 8 + index * 110}" y="16" style="fill:${COLOURS[index] ?? ''}">${escape(name)}</text>`;
    return [
      `<polyline fill="none" stroke="${COLOURS[index] ?? ''}" stroke-width="2" stroke-dasharray="${DASHES[index] ?? ''}" points="${path}"/>${label}`,
    ];
  });
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">
<line x1="${LEFT}" y1="${py(0)}" x2="${WIDTH - 16}" y2="${py(0)}" stroke="#9ca3af"/><line x1="${LEFT}" y1="24" x2="${LEFT}" y2="${py(0)}" stroke="#9ca3af"/>
<text x="4" y="${py(y1)}">${y1.toPrecision(3)}</text><text x="4" y="${py(0)}">0</text>
<text x="${px(x0)}" y="${HEIGHT - 16}">${x0}</text><text x="${WIDTH - 60}" y="${HEIGHT - 16}">${x1} ${escape(axis)}</text>
${lines.join('\n')}</svg><figcaption>${escape(title)}</figcaption></figure>`;
}

/** Values between 0 and 1 with their intervals, one under the other; nothing when there is none. */
export function intervals(
  rows: readonly {
    readonly name: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[],
): string {
  if (rows.length === 0) return '';
  const px = (value: number): string => (320 + Math.min(1, Math.max(0, value)) * 380).toFixed(1);
  const height = rows.length * 28 + 30;
  const lines = rows.map(({ name, value, low, high }, index) => {
    const y = index * 28 + 18;
    return `<text x="0" y="${y + 4}">${escape(name)}</text><line x1="${px(low)}" y1="${y}" x2="${px(high)}" y2="${y}" stroke="#2563eb" stroke-width="2"/><circle cx="${px(value)}" cy="${y}" r="4" fill="#2563eb"/>`;
  });
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Scores with 95 % intervals">
${lines.join('\n')}
<text x="${px(0)}" y="${height - 6}">0</text><text x="${px(1)}" y="${height - 6}" text-anchor="end">1</text></svg><figcaption>Scores with 95 % intervals</figcaption></figure>`;
}
