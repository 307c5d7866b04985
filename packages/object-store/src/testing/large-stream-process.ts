/** Writes a generated object, reads it back, and says what memory that took. arguments: key file, tenant, bytes */
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { generated, openStores } from './open-stores.ts';

export interface LargeStreamReport {
  readonly bytes: number;
  /** Highest of the process, over its whole life. */
  readonly peakRssMb: number;
}

const [keyFile = '', tenant = '', length = '', mode = 'whole'] = process.argv.slice(2);
const bytes = Number(length);
const { encrypted } = await openStores(keyFile);

/** `stall`: stops in the middle of its second reading, where a test kills it. */
let reading = 0;
async function* source(): AsyncGenerator<Buffer, void> {
  reading += 1;
  let given = 0;
  for await (const piece of generated(bytes)) {
    given += piece.length;
    yield piece;
    if (mode === 'stall' && reading === 2 && given > bytes * 0.9) {
      process.stdout.write('stalled\n');
      await wait(3_600_000);
    }
  }
}

const object = await encrypted.putStream(tenant, tenant, 'large', source);
let read = 0;
for await (const piece of encrypted.getStream(tenant, object)) read += piece.length;
const report: LargeStreamReport = { bytes: read, peakRssMb: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(`${JSON.stringify(report)}\n`);
