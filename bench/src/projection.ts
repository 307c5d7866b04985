import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readLog } from '@ftm/sandbox/verify/read-log';
import type { System } from '@ftm/sandbox/system/system';

export interface ProjectionRates {
  readonly events: number;
  /** Each in events a second. */
  readonly projected: number;
  readonly consumed: number;
  readonly copied: number;
}

/** Empties the projector's tables while it is stopped, starts it, and waits until it is back at the end. */
export async function measureProjection(
  system: System,
  env: Readonly<Record<string, string>>,
): Promise<ProjectionRates> {
  const consumedFrom = performance.now();
  const log = await readLog((env['FTM_KAFKA_BROKERS'] ?? '').split(','));
  const consumed = log.length / ((performance.now() - consumedFrom) / 1000);

  const owner = new pg.Client({ connectionString: env['FTM_OWNER_DATABASE_URL'] });
  await owner.connect();
  try {
    await system.projector.stop();
    const { rows: tables } = await owner.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'rm_v1'",
    );
    await owner.query(`truncate log.journal, ${tables.map((table) => table.name).join(', ')}`);
    await owner.query("delete from log.chain_heads where consumer = 'journal'");
    await owner.query("delete from log.checkpoints where consumer = 'journal'");
    const restarted = system.projector.restart();
    await until(owner, 1);
    const begun = performance.now();
    await until(owner, log.length);
    const seconds = (performance.now() - begun) / 1000;
    await restarted;
    return {
      events: log.length,
      projected: log.length / seconds,
      consumed,
      copied: await copyRate(
        owner,
        log.map((each) => ({ headers: JSON.stringify(each.envelope), value: each.value })),
      ),
    };
  } finally {
    await owner.end();
  }
}

async function until(owner: pg.Client, count: number): Promise<void> {
  for (;;) {
    const { rows } = await owner.query<{ n: string }>('select count(*) as n from log.journal');
    if (Number(rows[0]?.n ?? 0) >= count) return;
    await sleep(5);
  }
}

/** The limit of writing: the same bytes by one statement into a table without an index. */
async function copyRate(
  owner: pg.Client,
  rows: readonly { readonly headers: string; readonly value: Buffer }[],
): Promise<number> {
  await owner.query('create temporary table bench_copy (headers jsonb, value bytea)');
  const begun = performance.now();
  await owner.query('insert into bench_copy select * from unnest($1::jsonb[], $2::bytea[])', [
    rows.map((row) => row.headers),
    rows.map((row) => row.value),
  ]);
  return rows.length / ((performance.now() - begun) / 1000);
}
