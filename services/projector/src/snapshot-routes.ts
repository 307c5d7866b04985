import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import express, { type Router } from 'express';
import { EXPORT_HEAD, SIDE_TABLES } from '@ftm/audit/export-lines';
import { createSnapshotWriter } from '@ftm/audit/snapshot';
import { withTransaction, type Client, type Pool } from '@ftm/postgres/pool';
import { holdMoment, readNotes, readSideRows, readWholeJournal } from '@ftm/postgres/snapshot';
import type { Logger } from '@ftm/runtime/logger';

/** `GET /snapshot`: the journal and what was noted beside it, at one moment. What breaks off has no end, and is refused by whoever reads it. */
export function snapshotRoutes(pool: Pool, logger: Logger): Router {
  const router = express.Router();
  router.get('/snapshot', async (_request, response) => {
    try {
      await withTransaction(pool, async (client) => {
        await holdMoment(client);
        response.type('application/gzip');
        await pipeline(Readable.from(snapshotLines(client)), createGzip({ level: 1 }), response);
      });
      logger.info('a snapshot was taken');
    } catch (error) {
      logger.error('a snapshot broke off', { error });
      response.destroy();
    }
  });
  return router;
}

const BLOCK_CHARS = 64_000;

/** Blocks of whole lines. */
async function* snapshotLines(client: Client): AsyncGenerator<string> {
  const writer = createSnapshotWriter();
  let block = `${writer.line(EXPORT_HEAD)}\n`;
  // Before the events: what vouches for them, and what was set aside of them.
  for await (const notes of readNotes(client))
    for (const { tenantId, note } of notes)
      block += `${writer.line({ kind: 'checkpoint', where: 'snapshot', tenant: tenantId, note })}\n`;
  for (const table of SIDE_TABLES)
    for await (const rows of readSideRows(client, table)) {
      for (const row of rows) block += `${writer.line({ kind: 'row', table, row })}\n`;
      yield block;
      block = '';
    }
  for await (const records of readWholeJournal(client))
    for (const { partition, offset, tenantId, headers, value, parkedOnly } of records) {
      const text = writer.line({
        kind: 'event',
        partition,
        offset: String(offset),
        key: tenantId,
        headers,
        value: value.toString('base64'),
        ...(parkedOnly ? { parkedOnly } : {}),
      });
      block += `${text}\n`;
      if (block.length < BLOCK_CHARS) continue;
      yield block;
      block = '';
    }
  yield `${block}${writer.end()}\n`;
}
