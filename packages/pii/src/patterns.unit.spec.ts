import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { FORGET, FORGET_ELSEWHERE } from './injection.ts';
import { INTRODUCTIONS } from './introductions.ts';
import { BEGINS_LIKE, ENDS_LIKE, VERB_BEHIND, WRITTEN_LIKE } from './phone.ts';
import { VENDOR_HINT } from './secrets.ts';
import { NAME, NAME_ELSEWHERE, WORD_IS } from './assigned.ts';
import { BIRTH_DATE, DATE_BORN, SAID_BIRTH } from './birth.ts';

/** Every regular expression that the package's own source has, as it is written. */
function literals(): [name: string, source: string, flags: string][] {
  const found: [string, string, string][] = [];
  for (const file of readdirSync(import.meta.dirname).filter((each) => /^[\w-]+\.ts$/.test(each))) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(import.meta.dirname, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        found.push([`${file}:${line + 1}`, node.text.slice(1, end), node.text.slice(end + 1)]);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

/** Those that are put together from words. */
const BUILT: Readonly<Record<string, RegExp>> = {
  ...{
    FORGET,
    FORGET_ELSEWHERE,
    SAID_BIRTH,
    BIRTH_DATE,
    DATE_BORN,
    NAME,
    NAME_ELSEWHERE,
    WORD_IS,
    BEGINS_LIKE,
    ENDS_LIKE,
    VENDOR_HINT,
    VERB_BEHIND,
  },
  ...Object.fromEntries(INTRODUCTIONS.map((pattern, at) => [`INTRODUCTIONS ${at}`, pattern])),
  ...Object.fromEntries(WRITTEN_LIKE.map(([points, format]) => [`WRITTEN_LIKE ${points}`, format])),
};

const PATTERNS = [
  ...literals(),
  ...Object.entries(BUILT).map(([name, { source, flags }]) => [name, source, flags]),
] as [string, string, string][];

/** What is slow is told by the steps that it takes, never by a clock: another machine, or a busy one, finds the same. */
const STEPS_ALONE = { randomSeed: 1, timeout: null, attackTimeout: null, incubationTimeout: null };

/**
 * Hashes of the patterns that were proved, so that only what is new is proved again: all of them take minutes. Written here, like a snapshot. `npm test` proves every
 * one anew (`PROVE_ALL_PATTERNS=1`).
 */
const PROVED_FILE = join(import.meta.dirname, '../data/proved-patterns.txt');
const PROVED = new Set(readFileSync(PROVED_FILE, 'utf8').split('\n'));
const PROVE_ALL = process.env['PROVE_ALL_PATTERNS'] === '1';

const { version } = createRequire(import.meta.url)('recheck/package.json') as { version: string };
const keyOf = (source: string, flags: string): string =>
  createHash('sha256')
    .update(JSON.stringify([version, STEPS_ALONE, source, flags]))
    .digest('hex');

const safe = new Set<string>();

describe('the patterns', () => {
  it.each(PATTERNS)('%s cannot be made slow: /%s/%s', (_name, source, flags) => {
    const key = keyOf(source, flags);
    if (PROVE_ALL || !PROVED.has(key)) {
      const result = checkSync(source, flags, STEPS_ALONE);
      expect({
        status: result.status,
        attack: result.status === 'vulnerable' ? result.attack.pattern : '',
      }).toEqual({
        status: 'safe',
        attack: '',
      });
    }
    safe.add(key);
  });
});

afterAll(() => {
  const all = PATTERNS.every(([, source, flags]) => safe.has(keyOf(source, flags)));
  const text = `${[...safe].sort().join('\n')}\n`;
  if (all && text !== readFileSync(PROVED_FILE, 'utf8')) writeFileSync(PROVED_FILE, text);
});
