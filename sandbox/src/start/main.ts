/** `npm start`: the whole stack, kept up until Ctrl-C; prints URLs, keys and a first request. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PreflightError } from '../stack/preflight.ts';
import { printProgress } from '../stack/progress.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { startSystem, type System } from '../system/system.ts';

const { values } = parseArgs({
  options: {
    apis: { type: 'string', default: '1' },
    port: { type: 'string', default: '28080' },
    dir: { type: 'string', default: '.ftm/start' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  console.log('npm start [-- --apis N] [--port 28080] [--dir .ftm/start]');
  process.exit(0);
}
const apis = Number(values.apis);
const firstPort = Number(values.port);
if (
  !Number.isInteger(apis) ||
  apis < 1 ||
  apis > 8 ||
  !Number.isInteger(firstPort) ||
  firstPort < 1 ||
  firstPort > 65_000
) {
  console.error('--apis takes 1..8, --port takes 1..65000');
  process.exit(2);
}

const dir = resolve(values.dir);
let stack: Stack | undefined;
let system: System | undefined;
let stopping: Promise<void> | undefined;
const stop = (): Promise<void> =>
  (stopping ??= (async () => {
    console.log('\nstopping …');
    await system?.stop();
    await stack?.stop();
  })());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop().then(() => process.exit(0)));

try {
  await mkdir(dir, { recursive: true });
  stack = await startStack({ dir: join(dir, 'stack'), ports: 'default', onProgress: printProgress });
  system = await startSystem({
    stackEnv: stack.env,
    dir,
    apis,
    apiPorts: Array.from({ length: apis }, (_, index) => firstPort + index * 2),
    env: { FTM_CHECK_ANSWERS: 'false' },
    onProgress: printProgress,
  });
} catch (error) {
  console.error(
    error instanceof PreflightError
      ? error.problems.join('\n')
      : error instanceof Error
        ? error.message
        : error,
  );
  await stop();
  process.exit(1);
}

const url = system.apiUrls[0] ?? '';
console.log(`
FTM is up.
  API           ${system.apiUrls.join('  ')}
  reference     ${url}/docs
  Kafka         ${stack.env['FTM_KAFKA_BROKERS'] ?? ''}
  registry      ${stack.env['FTM_REGISTRY_URL'] ?? ''}
  Orchestrator  ${stack.env['FTM_ORCHESTRATOR_URL'] ?? ''}  (simulator)
  provider      ${stack.env['FTM_OPENAI_BASE_URL'] ?? ''}  (simulator)
  logs          ${dir}/logs

Keys of the sandbox's tenant acme: ftm-demo-acme-engineer, -approver, -admin, -viewer, -auditor

A first request:
  curl -sS ${url}/v1/datasets \\
    -H 'authorization: Bearer ftm-demo-acme-engineer' -H 'idempotency-key: first' -H 'content-type: application/json' \\
    -d '{"project_id":"11111111-1111-4111-8111-111111111111","assistant_id":"aaaaaaaa-0000-4000-8000-000000000001","name":"first",
         "source":{"kind":"orchestrator_traces","limit":500},"output_format":"jsonl_chat"}'

Ctrl-C stops everything.`);
