import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

describe('docs/security.md', () => {
  const rows = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('names tests that exist', () => {
    const specs = ['packages', 'services', 'scripts', 'sandbox']
      .flatMap((top) =>
        readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((path) =>
          join(ROOT, top, path),
        ),
      )
      .filter((path) => path.endsWith('.spec.ts') && !path.includes('node_modules'))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const missing = rows
      .map((row) => (row[4] ?? '').slice(1, -1))
      .filter((title) => !specs.includes(`'${title}'`));
    expect(rows.length).toBeGreaterThan(0);
    expect(missing).toEqual([]);
  });

  it('is sorted by number', () => {
    const numbers = rows.map((row) => Number(row[1]));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });
});
