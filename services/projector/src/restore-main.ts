/** Fills an empty database from a snapshot, before the first projector starts. usage: npm run restore -- FILE */
import process from 'node:process';
import { createNoteVerifier } from '@ftm/audit/signed-note';
import { SnapshotRefused } from '@ftm/audit/snapshot';
import { EVENTS_TOPIC } from '@ftm/contracts/topics';
import { kafkaSecurity } from '@ftm/event-log/kafka-security';
import { createRegistry } from '@ftm/event-log/registry';
import { createPool } from '@ftm/postgres/pool';
import { readConfig } from '@ftm/runtime/config';
import { RestoreConfig } from './config.ts';
import { restoreSnapshot } from './restore.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: npm run restore -- FILE   (made by: npm run ftm -- snapshot create FILE)\n');
  process.exit(2);
}
const config = readConfig(RestoreConfig, process.env);
const pool = createPool({ url: config.FTM_DATABASE_URL, applicationName: 'restore', max: 2 });
try {
  const trusted = (config.FTM_AUDIT_TRUSTED_KEYS ?? []).map(createNoteVerifier);
  if (trusted.length === 0)
    process.stderr.write('FTM_AUDIT_TRUSTED_KEYS is not set: signed checkpoints are not looked at\n');
  const restored = await restoreSnapshot({
    file,
    pool,
    trusted,
    registry: createRegistry(config.FTM_REGISTRY_URL),
    kafka: { brokers: config.FTM_KAFKA_BROKERS, ...kafkaSecurity(config), clientId: 'ftm-restore' },
    topic: config.FTM_EVENTS_TOPIC ?? EVENTS_TOPIC,
  });
  process.stdout.write(`${JSON.stringify(restored)}\n`);
} catch (error) {
  const refused = error instanceof SnapshotRefused;
  process.stderr.write(
    refused
      ? `refused: ${error.message}\n`
      : `nothing was restored: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = refused ? 1 : 2;
} finally {
  await pool.end();
}
