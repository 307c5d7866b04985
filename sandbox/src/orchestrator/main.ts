/**
 * The Orchestrator simulator: login, governance, TRiSM, PRISM, resources, traces and the audit sink, as
 * `sandbox/openapi/orchestrator.json` says. It does the work of each, says that it is a simulator, keeps what must be
 * kept over a kill, and misbehaves on order.
 */
import process from 'node:process';
import { createOrchestrator } from './server.ts';

const {
  PORT = '28100',
  HOST = '127.0.0.1',
  DATA_DIR = '.ftm/orchestrator',
  SERVICE_KEY,
  S3_BUCKET = 'ftm',
  TRISM_SEED,
} = process.env;
if (SERVICE_KEY === undefined || SERVICE_KEY === '') {
  console.error('SERVICE_KEY is not set');
  process.exit(2);
}
const server = createOrchestrator({
  dataDir: DATA_DIR,
  serviceKey: SERVICE_KEY,
  bucket: S3_BUCKET,
  trismSeed: TRISM_SEED,
}).listen(Number(PORT), HOST, () => {
  const address = server.address();
  console.log(
    JSON.stringify({ simulator: 'orchestrator', port: typeof address === 'object' ? address?.port : PORT }),
  );
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
