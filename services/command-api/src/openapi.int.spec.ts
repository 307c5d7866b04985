import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lintFromString, type Config } from '@redocly/openapi-core';
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import openApiTypes, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { openApiDocument } from '@ftm/api/openapi/document';
import { allRoutes } from './routes.ts';
import type { Services } from './services.ts';

/** What tools that nobody here wrote say of the document. They need no part of the stack, but twenty seconds of processor time: too much for every `verify`. */
const document = JSON.stringify(openApiDocument(allRoutes({ limits: {} } as unknown as Services)), null, 1);

/** Of settings as text: the type of all settings that there are costs the compiler four seconds. */
const configOf = createConfig as unknown as (yaml: string) => Promise<Config>;
/** Warnings of Redocly that stay, and why. */
const EXPLAINED: Readonly<Record<string, RegExp>> = {
  // An id is a UUID, and no word is one: `/v1/datasets/uploads/…` is never a dataset.
  'no-ambiguous-paths': /`\/v1\/datasets\/uploads\/\{id\}` and `\/v1\/datasets\/\{id\}\//,
};

describe('the OpenAPI document', () => {
  it('has no warning of Redocly that is not explained', async () => {
    const config = await configOf('extends: [recommended]');
    const found = await lintFromString({ source: document, absoluteRef: '/openapi.json', config });
    const left = found.filter(({ ruleId, message }) => EXPLAINED[ruleId]?.test(message) !== true);
    expect(left.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
    expect(new Set(found.map(({ ruleId }) => ruleId))).toEqual(new Set(Object.keys(EXPLAINED)));
  });

  it('has no warning of Spectral', async () => {
    const spectral = new spectralCore.Spectral();
    spectral.setRuleset(spectralRulesets.oas as unknown as RulesetDefinition);
    const found = await spectral.run(document);
    expect(found.map(({ code, message, path }) => [code, message, path.join('.')])).toEqual([]);
  });

  it('makes types that compile, and say of everything what it is', async () => {
    const source = astToString(await openApiTypes(document));
    const unknown = source
      .split('\n')
      // Other headers than those that are named, whatever they are.
      .filter((line) => /: unknown\b|\bunknown\[\]/.test(line) && !line.includes('[name: string]: unknown;'));
    expect(unknown).toEqual([]);

    const dir = await mkdtemp(join(tmpdir(), 'ftm-openapi-'));
    try {
      const file = join(dir, 'client.ts');
      await writeFile(file, source);
      const program = ts.createProgram([file], { strict: true, noEmit: true, types: [] });
      const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
      expect(wrong).toEqual([]);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
