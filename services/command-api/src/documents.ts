import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Response, type Router } from 'express';
import { ERROR_CODES, isErrorCode, pathOfCode, type ErrorCode } from '@ftm/api/errors/error-codes';
import { asyncApiDocument } from '@ftm/contracts/asyncapi';
import { escape, facts, page, table } from '@ftm/report/html';
import { CONTENT_SECURITY_POLICY } from '@ftm/report/style';
import { openApiDocument } from '@ftm/api/openapi/document';
import type { Route } from './http/route.ts';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>FTM API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="/docs/favicon-32x32.png"><link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="stylesheet" href="/docs/start.css"></head>
<body><div id="ui"></div><noscript>This page needs JavaScript; the document itself is <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/start.js"></script><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/load.js"></script></body></html>`;
/** Before anything is drawn: dark where the reader’s system is, as long as it is. */
const START = `const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();`;
const LOAD =
  "window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, validatorUrl: null, docExpansion: 'list', filter: true, defaultModelsExpandDepth: 0, tryItOutEnabled: false, persistAuthorization: false });";
/** What Swagger UI leaves white around itself, and too wide for a telephone. */
const STYLE = `body{margin:0}html.dark-mode,html.dark-mode body{background:#1c2022}
.swagger-ui .info{margin:24px 0}.swagger-ui table{display:block;overflow-x:auto}
@media(max-width:640px){.swagger-ui .opblock .opblock-summary-path{max-width:100%}.swagger-ui .opblock .opblock-summary{flex-wrap:wrap}.swagger-ui .wrapper{padding:0 10px}}`;

/**
 * `/openapi.json` and `/docs` to read it, `/docs/errors` and a page for each code of a refusal, `/asyncapi.json` for
 * what is on the topics: served from here, nothing is loaded from elsewhere.
 */
export function documentRouter(routes: readonly Route[]): Router {
  const router = express.Router();
  const openApi = once(() => openApiDocument(routes));
  const asyncApi = once(asyncApiDocument);
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  router.get('/openapi.json', (_request, response) => void response.json(openApi()));
  router.get('/asyncapi.json', (_request, response) => void response.json(asyncApi()));
  router.get('/docs', (_request, response) => void response.type('html').send(PAGE));
  router.get('/docs/start.js', (_request, response) => void response.type('js').send(START));
  router.get('/docs/load.js', (_request, response) => void response.type('js').send(LOAD));
  router.get('/docs/start.css', (_request, response) => void response.type('css').send(STYLE));
  router.get('/docs/errors', (_request, response) => void sendPage(response, errorsPage()));
  router.get('/docs/errors/:code', (request, response, next) => {
    const { code } = request.params;
    if (isErrorCode(code)) sendPage(response, errorPage(code));
    else next();
  });
  router.use('/docs', express.static(assets, { index: false }));
  return router;
}

/** A page of text: no script, its own style sheet only. */
const sendPage = (response: Response, html: string): Response =>
  response.set('content-security-policy', CONTENT_SECURITY_POLICY).type('html').send(html);

function errorPage(code: ErrorCode): string {
  const { status, cause, remedy } = ERROR_CODES[code];
  return page(
    `${code}: an answer of FTM`,
    `<h1><code>${escape(code)}</code></h1>`,
    facts({ 'HTTP status': status, 'Why it comes': cause, 'What to do': remedy }),
    '<p class="lead">The <code>detail</code> of the answer says what it was this time, and its <code>request_id</code> is what operators find it by. <a href="/docs/errors">All codes</a> · <a href="/docs">API</a></p>',
  );
}

function errorsPage(): string {
  const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).sort();
  return page(
    'Error codes of FTM',
    '<h1>Error codes</h1>',
    `<p>${codes.map((code) => `<a href="${pathOfCode(code)}"><code>${escape(code)}</code></a>`).join(' · ')}</p>`,
    table(
      ['code', 'status', 'why it comes', 'what to do'],
      codes.map((code) => [
        code,
        ERROR_CODES[code].status,
        ERROR_CODES[code].cause,
        ERROR_CODES[code].remedy,
      ]),
    ),
  );
}

/** Made when it is first asked for: a service starts without it. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
