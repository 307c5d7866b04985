/**
 * Writes everything that is generated: of `schemas/` the event types, the events page, and stored bytes of new versions
 * (existing ones are never written again); of the services' configurations the page of settings; of the error
 * codes their page. `--check` writes
 * nothing and fails when a checked-in file is not what would be written.
 */
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { format, resolveConfig } from 'prettier';
import { readSchemas } from './generate/read-schemas.ts';
import { aggregates } from './generate/aggregates.ts';
import { errorsPage } from './generate/errors-page.ts';
import { eventsPage } from './generate/events-page.ts';
import { eventTypes } from './generate/event-types.ts';
import { commandSettings, serviceSettings } from './generate/settings.ts';
import { settingsPage } from './generate/settings-page.ts';
import { storedBytes } from './generate/stored-bytes.ts';

const schemas = readSchemas('schemas');
const page = async (file: string, text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(file)), filepath: file });
const outputs: Record<string, string> = {
  'packages/contracts/src/generated/events.ts': eventTypes(schemas),
  'packages/contracts/src/generated/aggregates.ts': aggregates(schemas),
  'docs/events/README.md': await page('docs/events/README.md', eventsPage(schemas)),
  'docs/errors/README.md': await page('docs/errors/README.md', errorsPage()),
  'docs/settings.md': await page(
    'docs/settings.md',
    settingsPage(serviceSettings(), await commandSettings()),
  ),
};

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

for (const schema of schemas) {
  const file = `packages/contracts/stored-bytes/${schema.name}.v${schema.version}.json`;
  outputs[file] = read(file) ?? storedBytes(schema);
}

const stale = Object.entries(outputs).filter(([file, text]) => read(file) !== text);
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is not current: run \`npm run generate\``);
  process.exit(stale.length === 0 ? 0 : 1);
}
for (const [file, text] of stale) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${file}`);
}
