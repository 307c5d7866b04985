import Table from 'cli-table3';
import type { Measurement } from './commands.ts';

export function print(title: string, head: string[], rows: string[][]): void {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  console.log(`\n${title}\n${table.toString()}`);
}

export const columns = (measured: Measurement): string[] => [
  measured.perSecond.toFixed(0),
  measured.p50.toFixed(1),
  measured.p95.toFixed(1),
  measured.p99.toFixed(1),
];
