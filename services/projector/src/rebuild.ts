import { parseStreamId, type Aggregate } from '@ftm/contracts/ids';
import { AGGREGATE_FOLDS, type StateOf } from '@ftm/domain/aggregates';
import { RegistryUnavailable, type Registry } from '@ftm/event-log/registry';
import { firstParked, readCheckpoints } from '@ftm/postgres/checkpoints';
import { copyRows } from '@ftm/postgres/copy';
import {
  failGeneration,
  listGenerations,
  lockBuilding,
  movePosition,
  noteProgress,
  readPositions,
  schemaOf,
  stopWriters,
  swapGeneration,
} from '@ftm/postgres/generations';
import { JOURNAL_CONSUMER, readPartition, readStreams, type StreamRecord } from '@ftm/postgres/journal';
import { LEADERS, whileLeading, type Lead } from '@ftm/postgres/leading';
import { isUnavailable, withTransaction, type Client, type Pool } from '@ftm/postgres/pool';
import type { ProjectedEvent } from '@ftm/projection/projection';
import { readStored } from '@ftm/projection/read-stored';
import { columnsOf } from '@ftm/read-models/read-model';
import { READ_MODELS } from '@ftm/read-models/read-models';
import { pause } from '@ftm/runtime/backoff';
import type { Logger } from '@ftm/runtime/logger';
import { applyToReadModels, rowOf } from './read-models.ts';

export interface RebuilderOptions {
  readonly pool: Pool;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly pollMs?: number;
  /** A step is a transaction: so much is done again after a crash, at most one stream more. */
  readonly eventsPerStep?: number;
}

/** The rows of one step, by aggregate. */
type Rows = Map<Aggregate, Readonly<Record<string, unknown>>[]>;

const EVENTS_PER_STEP = 20_000;
const SMALL_REST = 500;
const MAX_ROUNDS = 1000;
const PAGE = 2000;
const SWAP_WAIT_MS = 5000;

/**
 * Builds the generation that is `building`, if one is, and lets it take the live one's place: each stream is folded once and copied in; then what came meanwhile is applied,
 * the last of it while the writers wait. Its state is in the database, so that another process, or the next one, goes on where this one ended. It makes rows, and nothing else.
 */
export function startRebuilder(options: RebuilderOptions): { stop(): Promise<void> } {
  const { pool, logger, pollMs = 1000 } = options;

  async function round({ client, signal }: Lead): Promise<void> {
    const building = (await listGenerations(client)).find(({ status }) => status === 'building');
    if (building === undefined) return;
    const { generation } = building;
    try {
      logger.info('rebuilding', { generation });
      if (await build(generation, options, signal))
        logger.info('a rebuilt generation is live', { generation });
    } catch (error) {
      if (isUnavailable(error) || error instanceof RegistryUnavailable) throw error;
      logger.error('a rebuild failed', { generation, error });
      await failGeneration(pool, generation, error instanceof Error ? error.message : String(error));
    }
  }

  return whileLeading(
    pool,
    LEADERS.rebuilder,
    async (lead) => {
      while (!lead.signal.aborted) {
        await round(lead);
        await pause(pollMs, lead.signal);
      }
    },
    { retryMs: pollMs, onProblem: (error) => logger.warn('a rebuild waits', { error }) },
  );
}

/** True when it is live now; false when it was stopped, or dropped meanwhile. */
async function build(
  generation: number,
  { pool, registry, eventsPerStep = EVENTS_PER_STEP }: RebuilderOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const step = <T>(work: (client: Client) => Promise<T>): Promise<T> =>
    withTransaction(pool, async (client) => {
      await client.query("select set_config('statement_timeout', '0', true)");
      return work(client);
    });

  for (let folded = false; !folded;) {
    if (signal.aborted) return false;
    const done = await step((client) => foldSome(client, registry, generation, eventsPerStep));
    if (done === null) return false;
    folded = done;
  }
  // Under a load that it cannot outrun, the writers wait a little longer.
  for (
    let [rest, rounds] = [Number.POSITIVE_INFINITY, 0];
    rest > SMALL_REST && rounds < MAX_ROUNDS;
    rounds += 1
  ) {
    if (signal.aborted) return false;
    const applied = await step((client) => catchUp(client, registry, generation));
    if (applied === null) return false;
    rest = applied;
  }
  return step(async (client) => {
    await stopWriters(client, SWAP_WAIT_MS);
    for (let rest: number | null = 1; rest !== 0;) {
      rest = await catchUp(client, registry, generation);
      if (rest === null) return false;
    }
    await swapGeneration(client, generation);
    return true;
  });
}

/** The whole of it in the caller's transaction: for a database that nobody uses yet. */
export async function buildAtOnce(client: Client, registry: Registry, generation: number): Promise<void> {
  while ((await foldSome(client, registry, generation, EVENTS_PER_STEP)) === false);
  await swapGeneration(client, generation);
}

/** Folds streams, whole ones, and copies their rows in. True when all are; null when the generation is not being built any more. */
async function foldSome(
  client: Client,
  registry: Registry,
  generation: number,
  enough: number,
): Promise<boolean | null> {
  const at = await lockBuilding(client, generation);
  if (at === null || at.folded) return at === null ? null : true;
  const until = await readPositions(client, generation);
  const parked = await firstParked(client, JOURNAL_CONSUMER);
  const rows: Rows = new Map();
  let stream = null as StreamFold | null;
  let [events, folded] = [0, true];
  pages: for await (const page of readStreams(client, at, until, Math.min(PAGE, 2 * enough))) {
    for (const record of page) {
      if (stream?.is(record) !== true) {
        stream?.addTo(rows);
        if (events >= enough) {
          folded = false;
          break pages;
        }
        stream = createStreamFold(record);
      }
      events += 1;
      if (!isParked(parked, record)) stream.take(await readForRebuild(registry, record));
    }
  }
  if (folded) stream?.addTo(rows);
  for (const [aggregate, some] of rows) {
    const projection = READ_MODELS[aggregate];
    await copyRows(
      client,
      `${schemaOf(generation)}.${projection.table}`,
      Object.keys(columnsOf(projection)),
      some,
    );
  }
  await noteProgress(client, generation, {
    events,
    folded,
    rows: [...rows.values()].reduce((sum, some) => sum + some.length, 0),
    ...(stream === null ? {} : { tenant: stream.tenant, stream: stream.stream }),
  });
  return folded;
}

interface StreamFold {
  readonly tenant: string;
  readonly stream: string;
  is(record: StreamRecord): boolean;
  take(event: ProjectedEvent): void;
  addTo(rows: Rows): void;
}

function createStreamFold({ tenantId: tenant, stream }: StreamRecord): StreamFold {
  const { aggregate, id } = parseStreamId(stream);
  return foldOf(aggregate, id, tenant, stream);
}

function foldOf<A extends Aggregate>(aggregate: A, id: string, tenant: string, stream: string): StreamFold {
  const { evolve, initial } = AGGREGATE_FOLDS[aggregate];
  let state: StateOf<A> = initial;
  return {
    tenant,
    stream,
    is: (record) => record.tenantId === tenant && record.stream === stream,
    take({ envelope: { time, actor, version, seq }, event, record }) {
      try {
        state = evolve(state, event, { time, actor, version, seq });
      } catch (error) {
        throw cannotRebuild(record, error);
      }
    },
    addTo(rows) {
      const row = rowOf(aggregate, tenant, id, state);
      if (row === null) return;
      const known = rows.get(aggregate);
      if (known === undefined) rows.set(aggregate, [row]);
      else known.push(row);
    },
  };
}

/** Applies what the journal has beyond the generation's positions, a page of each partition. How many events; null when it is not being built any more. */
async function catchUp(client: Client, registry: Registry, generation: number): Promise<number | null> {
  if ((await lockBuilding(client, generation)) === null) return null;
  const positions = await readPositions(client, generation);
  const ends = await readCheckpoints(client, JOURNAL_CONSUMER);
  // After the ends: what was parked below them is seen.
  const parked = await firstParked(client, JOURNAL_CONSUMER);
  let events = 0;
  for (const [partition, end] of ends) {
    const from = positions.get(partition) ?? 0n;
    if (from >= end) continue;
    const records = await readPartition(client, partition, from, end, PAGE);
    const projected: ProjectedEvent[] = [];
    for (const record of records)
      if (!isParked(parked, record)) projected.push(await readForRebuild(registry, record));
    await applyToReadModels(client, schemaOf(generation), projected);
    const last = records.at(-1);
    await movePosition(
      client,
      generation,
      partition,
      records.length < PAGE || last === undefined ? end : last.offset + 1n,
    );
    events += records.length;
  }
  await noteProgress(client, generation, { events });
  return events;
}

/** What the live generation does not have is left out here too; `ftm dlq replay` brings it in after the swap. */
function isParked(parked: ReadonlyMap<string, bigint>, { tenantId, stream, offset }: StreamRecord): boolean {
  const first = parked.get(`${tenantId} ${stream}`);
  return first !== undefined && first <= offset;
}

async function readForRebuild(registry: Registry, record: StreamRecord): Promise<ProjectedEvent> {
  try {
    return await readStored(registry, record);
  } catch (error) {
    if (error instanceof RegistryUnavailable) throw error;
    throw cannotRebuild(record, error);
  }
}

function cannotRebuild(
  { partition, offset }: { readonly partition: number; readonly offset: bigint },
  cause: unknown,
): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`the event at ${partition}:${offset} cannot be taken by this version: ${why}`, { cause });
}
