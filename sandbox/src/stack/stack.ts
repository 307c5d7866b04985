import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { build } from './build.ts';
import type { Child } from './child.ts';
import { cached, cacheRoot, download } from './downloads.ts';
import { kafkaPlan } from './kafka.ts';
import type { PartPlan } from './part.ts';
import { freePorts } from './ports.ts';
import { postgresPlan, postgresUrl } from './postgres.ts';
import { preflight } from './preflight.ts';
import type { ProgressLine } from './progress.ts';
import { registryPlan } from './registry.ts';
import { S3_ACCESS_KEY_ID, S3_BUCKET, S3_KEY_BUCKET, S3_REGION, S3_SECRET_ACCESS_KEY, s3Plan } from './s3.ts';
import { simulatorPlan } from './simulators.ts';

export const PART_NAMES = ['kafka', 'registry', 'postgres', 's3', 'orchestrator', 'provider'] as const;
export type PartName = (typeof PART_NAMES)[number];

export interface StackOptions {
  /** State of this run: data and logs. Removed by `stop`, unless `keepData`. */
  readonly dir: string;
  readonly parts?: readonly PartName[];
  readonly ports?: 'default' | 'ephemeral';
  readonly keepData?: boolean;
  readonly onProgress?: (line: ProgressLine) => void;
}

/** A running part; tests kill, freeze and restart it. */
export interface Part {
  readonly pid: number;
  readonly logFile: string;
  kill(signal: NodeJS.Signals): void;
  exited(): Promise<void>;
  /** On the same port and data, after whatever ended it. */
  restart(): Promise<void>;
}

export interface Stack {
  /** How FTM's services reach the parts. */
  readonly env: Readonly<Record<string, string>>;
  part(name: PartName): Part;
  stop(): Promise<void>;
}

const DEFAULT_PORTS = {
  kafka: 29092,
  'kafka-controller': 29093,
  registry: 28081,
  postgres: 25432,
  s3: 29000,
  orchestrator: 28100,
  provider: 28200,
} as const;
type PortName = keyof typeof DEFAULT_PORTS;
type Ports = Record<PortName, number>;

const SERVICE_KEY = 'ftm-sandbox-service-key';
const PROVIDER_KEY = 'ftm-sandbox-provider-key';

/**
 * Starts what FTM talks to, as child processes of this one: all that can start together does.
 * @throws PreflightError when something is missing on this machine, BuildError when the source does not compile; nothing was started then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const tell = options.onProgress ?? ((): void => undefined);
  const wanted = new Set<PartName>(options.parts ?? PART_NAMES);
  if (wanted.has('registry')) wanted.add('postgres');
  const needJava = wanted.has('kafka') || wanted.has('registry') || wanted.has('s3');
  const fixed = options.ports === 'ephemeral' ? {} : fixedPorts(wanted);
  await preflight({
    ports: fixed,
    needJava,
    needMaven: needJava && !(await cached()),
    directories: [options.dir, cacheRoot()],
  });
  const ports =
    options.ports === 'ephemeral' ? await ephemeralPorts() : ({ ...DEFAULT_PORTS, ...fixed } as Ports);
  await mkdir(join(options.dir, 'logs'), { recursive: true });
  if (wanted.has('orchestrator') || wanted.has('provider')) await build();
  const downloads = needJava ? await download(tell) : { kafka: '', registry: '', s3: '', cache: '' };

  const dir = options.dir;
  const plans: Record<PartName, PartPlan> = {
    kafka: kafkaPlan({ dir, port: ports.kafka, controllerPort: ports['kafka-controller'], downloads }),
    registry: registryPlan({ dir, port: ports.registry, postgresPort: ports.postgres, downloads }),
    postgres: postgresPlan({ dir, port: ports.postgres }),
    s3: s3Plan({ dir, port: ports.s3, downloads }),
    orchestrator: simulatorPlan({
      name: 'orchestrator',
      dir,
      port: ports.orchestrator,
      env: { SERVICE_KEY, S3_BUCKET },
    }),
    provider: simulatorPlan({ name: 'provider', dir, port: ports.provider, env: { API_KEY: PROVIDER_KEY } }),
  };
  const children = new Map<PartName, Child>();
  const begin = async (name: PartName): Promise<void> => {
    const started = Date.now();
    tell({ part: name, state: 'starting' });
    await plans[name].prepare();
    children.set(name, await plans[name].start());
    await plans[name].afterStart?.();
    tell({ part: name, state: 'ready', elapsedMs: Date.now() - started });
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      // The registry stores in PostgreSQL, which ends last.
      await Promise.all(
        [...children].filter(([name]) => name !== 'postgres').map(([, child]) => child.stop()),
      );
      await children.get('postgres')?.stop();
      if (options.keepData !== true) {
        await Promise.all(Object.values(plans).map(async (plan) => plan.cleanUp?.()));
        await rm(dir, { recursive: true, force: true });
      }
    })());

  try {
    const postgres = wanted.has('postgres') ? begin('postgres') : Promise.resolve();
    const starts = [...wanted]
      .filter((name) => name !== 'postgres')
      .map((name) => (name === 'registry' ? postgres.then(() => begin(name)) : begin(name)));
    const results = await Promise.allSettled([postgres, ...starts]);
    const failed = results.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    env: { ...environment(ports), FTM_SANDBOX_DIR: dir },
    part: (name) => partOf(name, plans[name], children),
    stop,
  };
}

function partOf(name: PartName, plan: PartPlan, children: Map<PartName, Child>): Part {
  const child = (): Child => {
    const found = children.get(name);
    if (found === undefined) throw new Error(`${name} is not a part of this stack`);
    return found;
  };
  return {
    get pid() {
      return child().pid;
    },
    logFile: plan.logFile,
    kill: (signal) => child().kill(signal),
    exited: () => child().exited,
    async restart() {
      await child().stop();
      children.set(name, await plan.start());
    },
  };
}

function environment(ports: Ports): Record<string, string> {
  const local = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    FTM_KAFKA_BROKERS: `127.0.0.1:${ports.kafka}`,
    FTM_REGISTRY_URL: `${local(ports.registry)}/apis/ccompat/v7`,
    FTM_OWNER_DATABASE_URL: postgresUrl(ports.postgres, 'ftm'),
    FTM_S3_ENDPOINT: local(ports.s3),
    FTM_S3_REGION: S3_REGION,
    FTM_S3_BUCKET: S3_BUCKET,
    FTM_S3_KEY_BUCKET: S3_KEY_BUCKET,
    FTM_S3_ACCESS_KEY_ID: S3_ACCESS_KEY_ID,
    FTM_S3_SECRET_ACCESS_KEY: S3_SECRET_ACCESS_KEY,
    FTM_ORCHESTRATOR_URL: local(ports.orchestrator),
    FTM_ORCHESTRATOR_SERVICE_KEY: SERVICE_KEY,
    FTM_OPENAI_BASE_URL: `${local(ports.provider)}/v1`,
    FTM_OPENAI_API_KEY: PROVIDER_KEY,
  };
}

/** `FTM_PORT_KAFKA` and the like change a default. */
function fixedPorts(wanted: ReadonlySet<PartName>): Partial<Ports> {
  const names = (Object.keys(DEFAULT_PORTS) as PortName[]).filter((name) =>
    wanted.has(name === 'kafka-controller' ? 'kafka' : name),
  );
  return Object.fromEntries(
    names.map((name) => [
      name,
      Number(process.env[`FTM_PORT_${name.toUpperCase().replaceAll('-', '_')}`] ?? DEFAULT_PORTS[name]),
    ]),
  );
}

async function ephemeralPorts(): Promise<Ports> {
  const names = Object.keys(DEFAULT_PORTS) as PortName[];
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index] ?? 0])) as Ports;
}
