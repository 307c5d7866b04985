/**
 * Writes everything that is generated from `schemas/`: the event types, the events page, and stored bytes of new versions (existing ones are never written again).
 * `--check` writes nothing and fails when a checked-in file is not what would be written.
 */
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { readSchemas } from './generate/read-schemas.ts';
import { eventsPage } from './generate/events-page.ts';
import { eventTypes } from './generate/event-types.ts';
import { storedBytes } from './generate/stored-bytes.ts';

const schemas = readSchemas('schemas');
const outputs: Record<string, string> = {
  'packages/contracts/src/generated/events.ts': eventTypes(schemas),
  'docs/events/README.md': eventsPage(schemas),
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
