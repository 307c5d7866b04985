/** Everything that must exist before the services start: roles and tables, topics, schemas. Safe to run again. */
import process from 'node:process';
import { createRegistry } from '@ftm/event-log/registry';
import { migrate } from '@ftm/postgres/migrate';
import { createTopics } from '../stack/topics.ts';

const need = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
};

await Promise.all([
  migrate({
    ownerUrl: need('FTM_OWNER_DATABASE_URL'),
    passwords: {
      ftm_api: need('FTM_API_DATABASE_PASSWORD'),
      ftm_projector: need('FTM_PROJECTOR_DATABASE_PASSWORD'),
      ftm_runner: need('FTM_RUNNER_DATABASE_PASSWORD'),
      ftm_writer: need('FTM_WRITER_DATABASE_PASSWORD'),
    },
  }),
  createTopics(need('FTM_KAFKA_BROKERS').split(',')),
  createRegistry(need('FTM_REGISTRY_URL')).registerAll(),
]);
