import { setTimeout as wait } from 'node:timers/promises';
import type { Client, Pool } from '../pool.ts';

/** Ends the leader's connection until `client` has the lead instead, for as long as its own lasts. */
export async function takeFromLeader(owner: Pool, client: Client, lock: number): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const taking = client.query('select pg_advisory_lock($1)', [lock]).then(() => true);
  const taken = (): Promise<boolean> => Promise.race([taking, wait(20).then(() => false)]);
  do
    await owner.query(
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory' and objid = $1 and granted and pid <> $2`,
      [lock, rows[0]?.pid],
    );
  while (!(await taken()));
}
