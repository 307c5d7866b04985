import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../stack/build.ts';
import { freePorts } from '../stack/ports.ts';
import { ftm } from './ftm.ts';
import { startNode, type NodeProcess } from './node-process.ts';

export type ServiceName = 'command-api' | 'projector' | 'runners';

export interface SystemOptions {
  /** What the sandbox's `startStack` returned as `env`. */
  readonly stackEnv: Readonly<Record<string, string>>;
  /** State of this run: key file and logs. */
  readonly dir: string;
  readonly apis?: number;
  /** Public ports of the API instances; free ones by default. */
  readonly apiPorts?: readonly number[];
  /** More environment for every service, e.g. shorter polling. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onProgress?: (line: {
    readonly part: string;
    readonly state: 'starting' | 'ready';
    readonly detail?: string;
  }) => void;
}

/** FTM's own processes, running: each can be killed, frozen and started again by a test. */
export interface System {
  readonly apiUrls: readonly string[];
  readonly apis: readonly NodeProcess[];
  readonly projector: NodeProcess;
  readonly runners: NodeProcess;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** What production runs: the image has these as its commands, which a spec compares. */
export const MAIN: Record<ServiceName, string> = {
  'command-api': 'services/command-api/dist/main.js',
  projector: 'services/projector/dist/main.js',
  runners: 'services/runners/dist/main.js',
};

/** Keys, topics, migrations, schemas; then command-api, projector and runners as processes of their own. Resolves when all are ready. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const progress = options.onProgress ?? ((): void => undefined);
  const logs = join(options.dir, 'logs');
  await mkdir(logs, { recursive: true });
  await build();
  const keyFile = join(options.dir, 'key-encryption-key');
  const auditKeyFile = join(options.dir, 'audit-signing-key');
  const [, publicKeys] = await Promise.all([
    ftm(['keys', 'new', 'encryption', '--if-missing', keyFile]),
    ftm(['keys', 'new', 'signing', '--if-missing', '--name', 'ftm-sandbox', auditKeyFile]),
  ]);
  const trustedKeys = publicKeys.trim().split('\n').join(',');

  const count = options.apis ?? 1;
  const ports = await freePorts(count * 2 + 2);
  const take = (): number => ports.pop() ?? 0;
  const publicPorts = options.apiPorts ?? Array.from({ length: count }, take);
  const internalPorts = Array.from({ length: count }, take);
  const projectorPort = take();
  const runnersPort = take();
  const passwords = { api: secret(), projector: secret(), runner: secret(), writer: secret() };
  const owner = options.stackEnv['FTM_OWNER_DATABASE_URL'] ?? '';
  const common: Record<string, string> = {
    ...options.stackEnv,
    NODE_ENV: 'production',
    FTM_KEY_FILE: keyFile,
    FTM_AUDIT_KEY_FILE: auditKeyFile,
    FTM_AUDIT_TRUSTED_KEYS: trustedKeys,
    FTM_CHECKPOINT_SECONDS: '2',
    FTM_OPERATOR_TOKEN: secret(),
    FTM_HOST: '127.0.0.1',
    // The simulator trains in seconds and its list is never stale unless ordered: no need to wait as for a real provider.
    FTM_PROVIDER_POLL_MS: '300',
    FTM_PROVIDER_TIMEOUT_MS: '5000',
    FTM_PROVIDER_SETTLE_MS: '3000',
    FTM_APPROVAL_POLL_MS: '500',
    FTM_CHECK_ANSWERS: 'true',
    FTM_API_INTERNAL_URLS: internalPorts.map((port) => `http://127.0.0.1:${port}`).join(','),
    FTM_OPERATOR_URLS: [projectorPort, runnersPort].map((port) => `http://127.0.0.1:${port}`).join(','),
    ...options.env,
  };

  progress({ part: 'topics, migrations, schemas', state: 'starting' });
  await ftm(['prepare'], {
    ...common,
    FTM_API_DATABASE_PASSWORD: passwords.api,
    FTM_PROJECTOR_DATABASE_PASSWORD: passwords.projector,
    FTM_RUNNER_DATABASE_PASSWORD: passwords.runner,
    FTM_WRITER_DATABASE_PASSWORD: passwords.writer,
  });
  progress({ part: 'topics, migrations, schemas', state: 'ready' });

  const credentials = { api: `command-api:${secret()}`, runners: `runners:${secret()}` };
  const service = (
    name: ServiceName,
    index: number,
    env: Record<string, string>,
    readyPort: number,
  ): NodeProcess =>
    startNode({
      entry: MAIN[name],
      env: { ...common, FTM_INSTANCE_ID: `${name}-${index}`, ...env },
      logFile: join(logs, `${name}-${index}.log`),
      readyUrl: `http://127.0.0.1:${readyPort}/readyz`,
    });
  const as = (role: string, password: string): string => {
    const url = new URL(owner);
    url.username = role;
    url.password = password;
    return url.toString();
  };

  const apis = publicPorts.map((port, index) =>
    service(
      'command-api',
      index,
      {
        FTM_DATABASE_URL: as('ftm_api', passwords.api),
        FTM_INTERNAL_CREDENTIALS: `${credentials.api},${credentials.runners}`,
        FTM_WRITER_DATABASE_URL: as('ftm_writer', passwords.writer),
        FTM_PORT: String(port),
        FTM_INTERNAL_PORT: String(internalPorts[index]),
      },
      port,
    ),
  );
  const projector = service(
    'projector',
    0,
    { FTM_DATABASE_URL: as('ftm_projector', passwords.projector), FTM_HEALTH_PORT: String(projectorPort) },
    projectorPort,
  );
  const runners = service(
    'runners',
    0,
    {
      FTM_DATABASE_URL: as('ftm_runner', passwords.runner),
      FTM_INTERNAL_CREDENTIALS: credentials.runners,
      FTM_HEALTH_PORT: String(runnersPort),
    },
    runnersPort,
  );
  const all = [...apis, projector, runners];
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((each) => each.stop()));
  };
  try {
    await Promise.all(
      all.map(async (each) => {
        progress({ part: each.name, state: 'starting' });
        const cpu = await each.ready();
        progress({
          part: each.name,
          state: 'ready',
          ...(cpu === null ? {} : { detail: `${cpu.toFixed(2)} s of processor time` }),
        });
      }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    apiUrls: publicPorts.map((port) => `http://127.0.0.1:${port}`),
    apis,
    projector,
    runners,
    env: { ...common, FTM_INTERNAL_CREDENTIALS: credentials.runners },
    stop,
  };
}

const secret = (): string => randomBytes(24).toString('base64url');
