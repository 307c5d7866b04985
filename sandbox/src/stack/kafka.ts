import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { startChild, untilReady } from './child.ts';
import type { Downloads } from './downloads.ts';
import type { PartPlan } from './part.ts';

const run = promisify(execFile);
const CLUSTER_ID = 'ZnRtLXNhbmRib3gtMDAwMA';

export interface KafkaOptions {
  readonly dir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly downloads: Downloads;
  /** Instead of plain connections that anybody may make. */
  readonly secured?: SecuredListener;
}

/** A listener that asks who somebody is. */
export interface SecuredListener {
  /** Lines of `server.properties`; later ones count. */
  readonly properties: string;
  /** Options of the first formatting, such as `--add-scram`. */
  readonly format: readonly string[];
  /** How a client gets in, that looks whether Kafka answers. */
  readonly client: Pick<KafkaConfig, 'ssl' | 'sasl'>;
}

/** One Kafka process in KRaft mode, broker and controller. */
export function kafkaPlan({ dir, port, controllerPort, downloads, secured }: KafkaOptions): PartPlan {
  const home = join(dir, 'kafka');
  const config = join(home, 'server.properties');
  const logFile = join(dir, 'logs', 'kafka.log');
  const classPath = join(downloads.kafka, '*');
  const archive = join(downloads.cache, 'kafka.jsa');
  return {
    name: 'kafka',
    logFile,
    async prepare() {
      await mkdir(join(home, 'data'), { recursive: true });
      await writeFile(join(home, 'log4j2.properties'), LOGGING);
      await writeFile(config, `${properties(home, port, controllerPort)}${secured?.properties ?? ''}`);
      await run('java', [
        '-XX:TieredStopAtLevel=1',
        `-Dlog4j2.configurationFile=${join(home, 'log4j2.properties')}`,
        '-cp',
        classPath,
        'kafka.tools.StorageTool',
        'format',
        '--ignore-formatted',
        '-t',
        CLUSTER_ID,
        '-c',
        config,
        ...(secured?.format ?? []),
      ]);
    },
    async start() {
      // The archive of loaded classes is written when Kafka ends for the first time, and makes every later start faster.
      const sharing = (await exists(archive))
        ? ['-Xshare:auto', `-XX:SharedArchiveFile=${archive}`]
        : [`-XX:ArchiveClassesAtExit=${archive}`];
      const child = startChild({
        name: 'kafka',
        command: 'java',
        args: [
          '-Xmx512m',
          '-Xms256m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          '-Xlog:cds=off',
          '-Xlog:cds+dynamic=off',
          ...sharing,
          `-Dlog4j2.configurationFile=${join(home, 'log4j2.properties')}`,
          '-cp',
          classPath,
          'kafka.Kafka',
          config,
        ],
        logFile,
      });
      await untilReady('kafka', child, () => answers(port, secured?.client));
      return child;
    },
  };
}

async function answers(port: number, secured: SecuredListener['client'] = {}): Promise<boolean> {
  const admin = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    connectionTimeout: 500,
    ...secured,
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length === 1;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Few partitions for what Kafka keeps for itself, no waiting for members: tests start many groups and kill many members. */
function properties(home: string, port: number, controllerPort: number): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(home, 'data')}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.retention.ms=-1
log.segment.bytes=67108864
offsets.topic.segment.bytes=10485760
transaction.state.log.segment.bytes=10485760
`;
}

const LOGGING = `rootLogger.level=WARN
rootLogger.appenderRef.stdout.ref=STDOUT
appender.stdout.type=Console
appender.stdout.name=STDOUT
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=[%d] %p %m (%c)%n
`;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
