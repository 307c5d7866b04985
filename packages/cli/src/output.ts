import process from 'node:process';
import { styleText } from 'node:util';
import { printable } from '@ftm/report/printable';

type Style = Parameters<typeof styleText>[0];

/** Coloured where a person looks at it: a terminal, and `NO_COLOR` is not set. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return stream.isTTY && process.env['NO_COLOR'] === undefined ? styleText(style, text) : text;
}

/** A line on standard output; what came from elsewhere does nothing to a terminal. */
export const say = (line = ''): void => void process.stdout.write(`${printable(line)}\n`);
export const sayJson = (value: unknown): void => say(JSON.stringify(value, bigintAsText, 2));

const bigintAsText = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

export const count = (value: number): string => value.toLocaleString('en-GB').replaceAll(',', ' ');

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [paint('bold', line(head)), ...rows.map(line)].join('\n');
}

const WIDTH = 28;
const EVERY_MS = 200;

/** One line on standard error that tells how far it is; nothing where that is no terminal. */
export function progressBar(what: string, unit = 'events') {
  const began = Date.now();
  let shown = 0;
  const { stderr } = process;
  return {
    tell(done: number, total: number, units: number): void {
      if (!stderr.isTTY || Date.now() - shown < EVERY_MS) return;
      shown = Date.now();
      const seconds = (shown - began) / 1000;
      const share = Number.isFinite(total) && total > 0 ? Math.min(1, done / total) : Number.NaN;
      const bar = Number.isNaN(share)
        ? ''
        : ` ${'█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')} ${String(Math.floor(share * 100)).padStart(3)} %`;
      stderr.write(
        `\r\x1b[2K${what}${bar}  ${count(units)} ${unit}  ${count(Math.round(units / seconds))}/s`,
      );
    },
    end(): void {
      if (stderr.isTTY && shown > 0) stderr.write('\r\x1b[2K');
    },
  };
}
