import { escape } from './html.ts';

export const WIDTH = 520;
export const HEIGHT = 230;
export const LEFT = 56;
export const RIGHT = 16;
export const TOP = 16;
export const BOTTOM = 40;

/** Classes are numbered 0 to 5 in the style sheet. */
export const colour = (index: number): number => index % 6;

export interface Scale {
  readonly domain: readonly [number, number];
  at(value: number): number;
}

export function scale(domain: readonly [number, number], from: number, to: number): Scale {
  const span = domain[1] - domain[0];
  return { domain, at: (value) => from + ((value - domain[0]) / (span === 0 ? 1 : span)) * (to - from) };
}

/** Smallest and largest, without spreading: a series may be longer than a call takes arguments. */
export function extent(values: readonly number[]): readonly [number, number] {
  return values.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

/** About five round numbers inside the range. */
export function ticks([low, high]: readonly [number, number]): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(span / 5));
  const step = ([1, 2, 5, 10].find((each) => each * power >= span / 5) ?? 10) * power;
  const first = Math.ceil(low / step);
  // One multiplication a tick: adding up the step would drift, and 0 would come out as 1e-17.
  return Array.from({ length: Math.floor(high / step + 1e-6) - first + 1 }, (_, at) => (first + at) * step);
}

/** A tick's text: 12000 as `12k`. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 10_000) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(4)));
}

export const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attributes}>${escape(content)}</text>`;

export const horizontalGrid = (y: Scale): string =>
  ticks(y.domain)
    .map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.at(tick).toFixed(1)}" y2="${y.at(tick).toFixed(1)}" class="grid"/>${text(LEFT - 6, y.at(tick) + 4, tickLabel(tick), ' text-anchor="end" class="soft"')}`,
    )
    .join('');

export function axisNames(xLabel: string, yLabel: string): string {
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  return `${text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, xLabel, ' text-anchor="middle" class="soft"')}${text(12, middle, yLabel, ` text-anchor="middle" class="soft" transform="rotate(-90 12 ${middle})"`)}`;
}

export const figure = (title: string, parts: readonly string[], height = HEIGHT): string =>
  `<figure><figcaption>${escape(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img" aria-label="${escape(title)}">${parts.join('')}</svg></figure>`;

/** A text that fits: cut in the middle, because ids differ at their ends. */
export function shortened(content: string, longest: number): string {
  const letters = Array.from(content);
  if (letters.length <= longest) return content;
  const front = Math.ceil((longest - 1) / 2);
  return `${letters.slice(0, front).join('')}…${letters.slice(letters.length - (longest - 1 - front)).join('')}`;
}
