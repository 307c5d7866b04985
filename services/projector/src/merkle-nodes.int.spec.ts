import { randomUUID } from 'node:crypto';
import { createCompactTree, leafHash, hex } from '@ftm/audit/merkle';
import { streamId } from '@ftm/contracts/ids';
import { eventually } from '@ftm/event-log/testing/environment';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { runProjection } from '@ftm/projection/projection';
import { keepInJournal } from './journal.ts';
import { growTrees, repairTrees } from './merkle-nodes.ts';
import { gateAnswered, suiteCreated, type AuthoredRecord } from './testing/log-author.ts';
import { createStand, freshTenant, type Stand } from './testing/stand.ts';

const WIDTH = 256;

describe('the nodes of a tenant’s tree', () => {
  const tenant = freshTenant();
  const roots: string[] = [];
  let stand: Stand;
  let pool: Pool;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    stand = await createStand(1);
    pool = createPool({ url: stand.database.url('ftm_projector'), applicationName: 'merkle-nodes-test' });
    stop = runProjection({
      kafka: stand.connection,
      topic: stand.topic,
      registry: stand.registry,
      pool,
      consumer: 'journal',
      sessionTimeoutMs: 6000,
      keep: keepInJournal,
      extended: growTrees,
      apply: () => Promise.resolve(),
    }).stop;
  });
  afterAll(async () => {
    await stop();
    await pool.end();
    await stand.close();
  });

  /** The next 256 events of the tenant; these of them (from 1) extend the chain and cannot be stored under what they say they are. */
  async function send(...unsound: readonly number[]): Promise<void> {
    const records: AuthoredRecord[] = [];
    const tree = createCompactTree();
    const stream = streamId('eval-suite', randomUUID());
    for (let number = 1; number <= WIDTH; number += 1) {
      const event = number === 1 ? suiteCreated('s') : gateAnswered('d');
      const oddity = unsound.includes(number) ? { envelope: { id: 'not-a-uuid' } } : {};
      const record = await stand.author.write(tenant, stream, event, oddity);
      records.push(record);
      tree.append(leafHash(Buffer.from(record.envelope.hash, 'hex')));
    }
    roots.push(hex(tree.root()));
    await stand.author.send(records);
    await eventually(`${roots.length * WIDTH} events are projected`, async () => {
      const { rows } = await stand.owner.query<{ seq: string }>(
        "select seq from log.chain_heads where consumer = 'journal' and tenant_id = $1",
        [tenant],
      );
      return Number(rows[0]?.seq ?? 0) === roots.length * WIDTH;
    });
  }
  async function stored(): Promise<string[]> {
    const { rows } = await stand.owner.query<{ hash: string }>(
      "select encode(hash, 'hex') as hash from log.merkle_nodes where tenant_id = $1 and level = 8 order by index",
      [tenant],
    );
    return rows.map((row) => row.hash);
  }

  it('are there also when the event that completes one is parked', async () => {
    await send(WIDTH);
    await send(1, 100, WIDTH);
    await send();
    expect(await stored()).toEqual(roots);
  });

  it('are made anew from the journal where they are missing', async () => {
    await stand.owner.query('delete from log.merkle_nodes where tenant_id = $1 and index <> 1', [tenant]);
    expect(await repairTrees(pool)).toBe(2);
    expect(await stored()).toEqual(roots);
    expect(await repairTrees(pool)).toBe(0);
  });
});
