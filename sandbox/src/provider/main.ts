import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { readConfig } from './config.ts';
import { createProvider } from './provider.ts';

const config = readConfig(process.env);
const provider = await createProvider(config);
const server = createServer(provider.app);
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(config.port, config.host, () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ simulator: 'provider', host: config.host, port }));
});

let closing = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    if (closing) return;
    closing = true;
    server.close();
    server.closeAllConnections();
    provider.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
