import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Router } from 'express';
import { asyncApiDocument } from '@ftm/contracts/asyncapi';
import { openApiDocument } from './http/openapi.ts';
import type { Route } from './http/route.ts';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>FTM API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;
const START =
  "window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, validatorUrl: null });";

/** `/openapi.json` and `/docs` to read it, `/asyncapi.json` for what is on the topics: served from here, nothing is loaded from elsewhere. */
export function documentRouter(routes: readonly Route[]): Router {
  const router = express.Router();
  const document = openApiDocument(routes);
  const asyncApi = asyncApiDocument();
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  router.get('/openapi.json', (_request, response) => void response.json(document));
  router.get('/asyncapi.json', (_request, response) => void response.json(asyncApi));
  router.get('/docs', (_request, response) => void response.type('html').send(PAGE));
  router.get('/docs/start.js', (_request, response) => void response.type('js').send(START));
  router.use('/docs', express.static(assets, { index: false }));
  return router;
}
