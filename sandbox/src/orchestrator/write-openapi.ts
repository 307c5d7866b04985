/** Writes `sandbox/openapi/orchestrator.json`; a spec fails when it is not current. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from './openapi.ts';

const directory = join(import.meta.dirname, '../../openapi');
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, 'orchestrator.json'), `${JSON.stringify(openApiDocument(), null, 2)}\n`);
