import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { FORGET, FORGET_ELSEWHERE } from './injection.ts';
import { HOST } from './net.ts';
import { SECRET_NAME } from './assigned.ts';
import { BORN_ELSEWHERE, DATE_NEXT } from './birth.ts';

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

const PATTERNS = [
  ...literals(),
  ...Object.entries({ FORGET, FORGET_ELSEWHERE, BORN_ELSEWHERE, DATE_NEXT, SECRET_NAME, HOST }).map(
    ([name, { source, flags }]) => [name, source, flags],
  ),
] as [string, string, string][];

/** What is slow is told by the steps that it takes, never by a clock: another machine, or a busy one, finds the same. */
const STEPS_ALONE = { randomSeed: 1, timeout: null, attackTimeout: null, incubationTimeout: null };

describe('the patterns', () => {
  it.each(PATTERNS)('%s cannot be made slow: /%s/%s', (_name, source, flags) => {
    const result = checkSync(source, flags, STEPS_ALONE);
    expect({
      status: result.status,
      attack: result.status === 'vulnerable' ? result.attack.pattern : '',
    }).toEqual({
      status: 'safe',
      attack: '',
    });
  });
});
