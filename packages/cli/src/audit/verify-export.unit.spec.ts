import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPORT_HEAD, type EventLine, type ExportLine } from '@ftm/audit/export-lines';
import { createNoteSigner, generateNoteKey } from '@ftm/audit/signed-note';
import { newest } from '@ftm/contracts/codec';
import { tenantId } from '@ftm/contracts/ids';
import { logOf, SCHEMA_ID, TYPE } from '../testing/log-lines.ts';
import { runCli } from '../testing/run-cli.ts';
import type { VerifyReport } from './verify.ts';

/**
 * What `ftm audit verify --export` says of a file that somebody had in their hands: the command as a process, against
 * a sound export and what can be done to it.
 */
const TENANT = tenantId('acme');
const key = generateNoteKey('ftm');
const { write, vouch } = logOf(TENANT, createNoteSigner(key.signerKey));

const LOG = write(12);
const NOTES = [vouch(LOG, 5), vouch(LOG, 12)];
const at = (index: number): EventLine => LOG[index] ?? LOG[0] ?? ({} as EventLine);
const numbered = (log: readonly EventLine[]): EventLine[] =>
  log.map((line, offset) => ({ ...line, offset: String(offset) }));
const without = (index: number): EventLine[] => LOG.filter((_, place) => place !== index);

let directory: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ftm-export-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function verify(
  lines: readonly ExportLine[],
  ...options: string[]
): Promise<{ code: number; report: VerifyReport }> {
  const file = join(directory, `${(files += 1)}.ndjson`);
  await writeFile(file, [EXPORT_HEAD, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { code, stdout, stderr } = await runCli(
    [
      'audit',
      'verify',
      '--export',
      file,
      '--no-orchestrator',
      '--trust',
      key.verifierKey,
      '--json',
      ...options,
    ],
    // Of whoever runs the tests.
    { FTM_REGISTRY_URL: '', FTM_AUDIT_TRUSTED_KEYS: '', FTM_ORCHESTRATOR_URL: '' },
  );
  if (stdout === '') throw new Error(`it said nothing but: ${stderr}`);
  return { code, report: JSON.parse(stdout) as VerifyReport };
}

const flipped = (line: EventLine): EventLine => {
  const bytes = Buffer.from(line.value, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return { ...line, value: bytes.toString('base64') };
};
const rewritten = write(12, 'written anew');

describe('ftm audit verify --export', () => {
  it('finds a sound export sound', async () => {
    const { code, report } = await verify([...NOTES, ...LOG]);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      ok: true,
      complete: true,
      log: { events: 12, checkpoints: 2, faults: 0, tenants: [{ tenantId: TENANT, covered: 12 }] },
    });
  });

  it.each<[string, readonly ExportLine[], string, string]>([
    [
      'one flipped byte',
      [...NOTES, ...LOG.map((line, index) => (index === 7 ? flipped(line) : line))],
      'CONTENT_CHANGED',
      '3:7',
    ],
    ['a dropped event', [...NOTES, ...without(6)], 'MISSING', '3:7'],
    ['a dropped event, with the offsets closed up', [...NOTES, ...numbered(without(6))], 'MISSING', '3:6'],
    [
      'two swapped events',
      [...NOTES, ...numbered([...LOG.slice(0, 4), at(5), at(4), ...LOG.slice(6)])],
      'MISSING',
      '3:4',
    ],
    [
      'a duplicated event',
      [...NOTES, ...numbered([...LOG.slice(0, 6), at(5), ...LOG.slice(6)])],
      'DUPLICATED',
      '3:6',
    ],
    [
      'an inserted event',
      [...NOTES, ...numbered([...LOG.slice(0, 6), rewritten[6] ?? at(6), ...LOG.slice(6)])],
      'CHAIN_BROKEN',
      '3:6',
    ],
    ['truncation', [...NOTES, ...LOG.slice(0, 10)], 'TRUNCATED', 'checkpoint 12'],
    ['a history that was written and chained anew', [...NOTES, ...rewritten], 'HISTORY_REWRITTEN', '3:4'],
    ['a checkpoint that is long overdue', [...NOTES.slice(0, 1), ...LOG], 'CHECKPOINT_STALE', 'the end'],
    [
      'an old checkpoint that was published again',
      [...NOTES, ...NOTES.slice(0, 1), ...LOG],
      'CHECKPOINT_WENT_BACK',
      'checkpoint 5',
    ],
  ])('finds %s, and where', async (_, lines, code, where) => {
    const { code: exit, report } = await verify(lines);
    expect(exit).toBe(1);
    expect(report.ok).toBe(false);
    expect(report.log.findings[0]).toMatchObject({ code, where, tenantId: TENANT });
  });

  it('says the first fault in words to whoever reads them', async () => {
    const file = join(directory, 'words.ndjson');
    await writeFile(
      file,
      [EXPORT_HEAD, ...NOTES, ...without(6)].map((line) => JSON.stringify(line)).join('\n'),
    );
    const { code, stdout } = await runCli(['audit', 'verify', '--export', file, '--no-orchestrator'], {
      FTM_REGISTRY_URL: '',
      FTM_AUDIT_TRUSTED_KEYS: key.verifierKey,
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/faults/);
    expect(stdout).toContain('3:7');
    expect(await readFile(file, 'utf8')).not.toContain('"offset":"6"');
  });

  describe('with a registry', () => {
    let registry: Server;
    let url: string;
    /** What the registry says that the id is. */
    let schema: unknown;
    beforeAll(async () => {
      registry = createServer((request, response) => {
        response.setHeader('content-type', 'application/json');
        if (request.url !== `/schemas/ids/${SCHEMA_ID}` || schema === undefined) response.statusCode = 404;
        response.end(JSON.stringify({ schema: JSON.stringify(schema ?? null) }));
      });
      await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    });
    afterAll(() => registry.close());

    const written = newest(TYPE).schema as { fields: object[] };
    it.each<[string, unknown, boolean]>([
      ['the schema that the event was written with', written, true],
      ['the same with other words in its docs', { ...written, doc: 'other words' }, true],
      ['one whose fields have changed places', { ...written, fields: [...written.fields].reverse() }, false],
      ['that of another type', newest('DatasetErasureRequested').schema, false],
      ['nothing at all', undefined, false],
    ])('takes %s for the id as it should', async (_, meaning, sound) => {
      schema = meaning;
      const { code, report } = await verify([...NOTES, ...LOG], '--registry', url);
      expect({ code, ok: report.ok }).toEqual(sound ? { code: 0, ok: true } : { code: 1, ok: false });
      if (!sound)
        expect(report.log.findings[0]).toMatchObject({
          code: 'SCHEMA_CHANGED',
          where: '3:0',
          tenantId: TENANT,
        });
    });
  });
});
