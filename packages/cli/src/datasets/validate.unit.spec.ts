import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { ENTRY, runCli } from '../testing/run-cli.ts';

const GOOD = JSON.stringify({
  messages: [
    { role: 'user', content: 'Where is my card?' },
    { role: 'assistant', content: 'On its way.' },
  ],
});
const good = (rows: number): string => `${GOOD}\n`.repeat(rows);
const SECRET = 'ZZsecretZZ';
const BAD = `{"messages":[{"role":"${SECRET}","content":""}]}\n`;

/** A process takes seconds to start where many are at work. */
const TIMEOUT_MS = 120_000;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-rows-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** Without any address of a service: the command needs none. */
const validate = (...args: string[]) => runCli(['datasets', 'validate', ...args], { NO_COLOR: '1' });

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, content);
  return path;
}

const command = (what: string, test: () => Promise<void>): void => it(what, test, TIMEOUT_MS);

describe('ftm datasets validate', () => {
  command('says that a clean file is one', async () => {
    const { code, stdout, stderr } = await validate(await file('good.jsonl', good(10)));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/good\.jsonl: jsonl_chat \(by its first rows\), 10 rows/);
    expect(stdout).toMatch(/✓ the provider’s rules are met/);
    expect(code).toBe(0);
  });

  command('says what is wrong with which rows, what to do, and never what the rows say', async () => {
    const { code, stdout } = await validate(await file('bad.jsonl', good(10) + BAD + good(1) + '{\n'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/2 rows are rejected/);
    expect(stdout).toMatch(/^unrecognized_role +1 +1 +use system, developer, user, assistant or tool$/m);
    expect(stdout).toMatch(/^11 +\$\.messages\[0\]\.role +unrecognized_role /m);
    expect(stdout).toMatch(/^11 +\$\.messages +example_missing_assistant_message /m);
    expect(stdout).toMatch(/^13 +\$ +invalid_json /m);
    expect(stdout).not.toContain(SECRET);
  });

  command('lists so many rejections as asked for, and counts all', async () => {
    const path = await file('many.jsonl', good(10) + '{}\n'.repeat(30));
    const { stdout } = await validate(path, '--max', '2');
    expect(stdout).toMatch(/The first 2 of 30 problems/);
    expect(stdout).toMatch(/^missing_messages_list +30 +30 /m);
    expect(stdout).not.toMatch(/^13 +\$/m);
  });

  command('answers in JSON', async () => {
    const path = await file('json.jsonl', `\ufeff${good(9)}${BAD}`);
    const { code, stdout } = await validate(path, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      file: path,
      format: 'jsonl_chat',
      valid: false,
      lines: 10,
      rows: 10,
      accepted: 9,
      rejected: 1,
      findings: [{ code: 'too_few_rows' }],
      warnings: [{ code: 'byte_order_mark', count: 1 }],
      rejections: [
        { line: 10, path: '$.messages[0].role', code: 'unrecognized_role' },
        { line: 10, path: '$.messages[0].content', code: 'empty_content' },
        { line: 10, path: '$.messages', code: 'example_missing_assistant_message' },
      ],
    });
  });

  command('reads gzip', async () => {
    const { code, stdout } = await validate(await file('good.jsonl.gz', gzipSync(good(12))));
    expect(stdout).toMatch(/12 rows/);
    expect(code).toBe(0);
  });

  command('reads standard input', async () => {
    const child = spawn(process.execPath, [ENTRY, 'datasets', 'validate', '-'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stdin.end(good(10));
    const [code] = (await once(child, 'close')) as [number];
    expect(out).toMatch(/standard input: jsonl_chat \(by its first rows\), 10 rows/);
    expect(code).toBe(0);
  });

  command('checks the format that is asked for, for the provider that is asked for', async () => {
    const chat = await file('chat.jsonl', good(10));
    expect((await validate(chat, '--format', 'preference')).stdout).toMatch(/^wrong_format +10 +10 /m);
    const named = GOOD.replace('"content":"Where', '"name":"Zoë","content":"Where');
    const path = await file('named.jsonl', `${named}\n`.repeat(10));
    expect((await validate(path, '--provider', 'azure')).stdout).toMatch(/^invalid_name +10 +10 /m);
  });

  command('allows images where it is told to', async () => {
    const part = [{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }];
    const row = {
      messages: [
        { role: 'user', content: part },
        { role: 'assistant', content: 'A cat.' },
      ],
    };
    const path = await file('images.jsonl', `${JSON.stringify(row)}\n`.repeat(10));
    expect((await validate(path, '--images')).code).toBe(0);
  });

  it.each<readonly [string, () => Promise<readonly string[]>, RegExp]>([
    [
      'a file that is not there',
      async () => [join(dir, 'none.jsonl')],
      /^ftm: there is no file .*none\.jsonl\n$/,
    ],
    [
      'gzip that is cut',
      async () => [await file('cut.gz', gzipSync(good(99)).subarray(0, 60))],
      /^ftm: .* is not a whole gzip file\n$/,
    ],
    [
      'an unknown format',
      async () => ['a.jsonl', '--format', 'csv'],
      /chat, prompt-completion, preference, reinforcement/,
    ],
    ['a number that is none', async () => ['a.jsonl', '--max', 'all'], /^ftm: --max must be a whole number/],
  ])(
    'cannot be done with %s: exit code 2, and one line that says why',
    async (_what, args, message) => {
      const { code, stdout, stderr } = await validate(...(await args()));
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/\n {4}at /);
      expect(stdout).toBe('');
      expect(code).toBe(2);
    },
    TIMEOUT_MS,
  );
});
