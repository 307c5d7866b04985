/** Writes `sandbox/openapi/*.json`; a spec fails when one is not current. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument as orchestrator } from './orchestrator/openapi.ts';
import { openApiDocument as provider } from './provider/openapi.ts';

const directory = join(import.meta.dirname, '../openapi');
mkdirSync(directory, { recursive: true });
for (const [name, document] of Object.entries({ orchestrator, provider }))
  writeFileSync(join(directory, `${name}.json`), `${JSON.stringify(document(), null, 2)}\n`);
