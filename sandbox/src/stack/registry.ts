import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, untilReady } from './child.ts';
import type { Downloads } from './downloads.ts';
import type { PartPlan } from './part.ts';
import { postgresUrl } from './postgres.ts';

export interface RegistryOptions {
  readonly dir: string;
  readonly port: number;
  readonly postgresPort: number;
  readonly downloads: Downloads;
}

/** Apicurio Registry on PostgreSQL storage: the H2 file store can lose an acknowledged schema. */
export function registryPlan({ dir, port, postgresPort, downloads }: RegistryOptions): PartPlan {
  const logFile = join(dir, 'logs', 'registry.log');
  const archive = join(downloads.cache, 'registry.jsa');
  const api = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const database = new URL(postgresUrl(postgresPort, 'registry'));
  return {
    name: 'registry',
    logFile,
    prepare: async () => undefined,
    async start() {
      const sharing = (await exists(archive))
        ? ['-Xshare:auto', `-XX:SharedArchiveFile=${archive}`]
        : [`-XX:ArchiveClassesAtExit=${archive}`];
      const child = startChild({
        name: 'registry',
        command: 'java',
        args: [
          '-Xmx256m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          '-Xlog:cds=off',
          '-Xlog:cds+dynamic=off',
          ...sharing,
          '-Dquarkus.http.host=127.0.0.1',
          `-Dquarkus.http.port=${port}`,
          '-Dapicurio.storage.sql.kind=postgresql',
          `-Dapicurio.datasource.url=jdbc:postgresql://${database.host}/registry`,
          `-Dapicurio.datasource.username=${database.username}`,
          `-Dapicurio.datasource.password=${database.password}`,
          '-jar',
          'apicurio-registry-app-3.0.9-runner.jar',
        ],
        cwd: downloads.registry,
        logFile,
      });
      await untilReady(
        'registry',
        child,
        async () => (await fetch(`${api}/subjects`, { signal: AbortSignal.timeout(2000) })).ok,
      );
      return child;
    },
  };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
