import { Command, Option } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { verifyPack } from '@ftm/evidence/pack';
import { calling, clientOf, refusable, type ApiOptions } from './api-options.ts';
import { CannotRun } from './cannot-run.ts';
import { count, paint, say, sayJson } from './output.ts';
import { needing, trustedOf, type Settings } from './settings.ts';

export function packCommand(): Command {
  return new Command('pack')
    .description('evidence packs of model versions')
    .addCommand(exportCommand())
    .addCommand(verifyCommand());
}

function exportCommand(): Command {
  return calling(
    new Command('export')
      .argument('<model-version>', 'id of the model version')
      .description('get the evidence pack of a model version from the API')
      .requiredOption('--out <file>', 'where it goes; an existing file is not touched'),
  ).action(async (id: string, options: ApiOptions & { readonly out: string }) => {
    const { out } = options;
    const pack = await refusable(() =>
      clientOf(options).bytes('GET /v1/model-versions/{id}/evidence', { params: { id } }),
    );
    await writeFile(out, pack, { flag: 'wx' });
    say(`${out}: ${count(pack.length)} bytes. Verify it: ftm pack verify ${out} --trust <key>`);
  });
}

function verifyCommand(): Command {
  return needing(
    new Command('verify')
      .argument('<file>', 'the pack')
      .description('look through a pack, offline, and name everything that is wrong with it (exit code 1)')
      .addOption(new Option('--json', 'machine-readable')),
    'trust',
  ).action(async (file: string, options: Settings & { readonly json?: true }) => {
    const trusted = trustedOf(options);
    if (trusted.length === 0)
      throw new CannotRun('--trust is missing: whoever can write a pack can sign it with a key of their own');
    const result = verifyPack(await readFile(file), trusted);
    if (!result.ok) process.exitCode = 1;
    if (options.json === true) {
      sayJson(result);
      return;
    }
    for (const finding of result.findings) say(`${paint('red', '✗')} ${finding}`);
    if (result.ok)
      say(
        `${paint('green', '✓')} model version ${result.modelVersionId ?? ''} of ${result.tenantId ?? ''}: ${count(result.events)} events are in the log as it was signed at ${result.checkpoint?.time ?? ''}, and the pack is what they come to`,
      );
  });
}
