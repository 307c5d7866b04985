import { createHash, randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { ObjectCorrupt, ObjectKeyErased, ObjectStoreUnavailable } from './object-store.ts';
import {
  CHUNK_BYTES,
  collect,
  digestOf,
  oneOf,
  openSealed,
  plainBytes,
  sealing,
  type DataKey,
} from './sealed-stream.ts';

const HEADER = 5 + 36 + 32;
const SEALED_CHUNK = CHUNK_BYTES + 16;
const TENANT = 'tenant';
const key: DataKey = { id: randomUUID(), bytes: randomBytes(32) };

const seal = async (plain: Buffer, tenantId = TENANT, dataKey = key): Promise<Buffer> =>
  collect(sealing(tenantId, dataKey, await digestOf(oneOf(plain))).seal(oneOf(plain)));
const open = (sealed: AsyncIterable<Uint8Array>, tenantId = TENANT, dataKey = key): Promise<Buffer> =>
  collect(
    openSealed(tenantId, { uri: 's3://b/o' }, sealed, async (id) => {
      if (id !== dataKey.id) throw new ObjectKeyErased(id);
      return dataKey;
    }),
  );

/** The same bytes, cut where the lengths say, over and over. */
async function* cut(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Buffer, void> {
  let start = 0;
  for (let turn = 0; start < bytes.length; turn += 1) {
    const end = start + (lengths[turn % lengths.length] ?? bytes.length);
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Not random: so that a failure can be seen again. */
const text = (bytes: number): Buffer => {
  const block = createHash('sha512').update(String(bytes)).digest();
  return Buffer.alloc(bytes, block);
};

const aroundBorders = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -20, max: 20 }))
  .map(([chunks, more]) => Math.max(0, chunks * CHUNK_BYTES + more));
const lengths = fc.oneof(fc.integer({ min: 0, max: 300 }), aroundBorders);
const pieces = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 });

describe('a sealed stream', () => {
  it('gives back what was sealed, of any length, in whatever pieces it came and comes', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, pieces, pieces, async (bytes, written, read) => {
        const plain = text(bytes);
        const made = sealing(TENANT, key, await digestOf(cut(plain, written)));
        const sealed = await collect(made.seal(cut(plain, written)));
        expect(sealed.length).toBe(made.bytes);
        expect(plainBytes(sealed.length)).toBe(bytes);
        expect((await open(cut(sealed, read))).equals(plain)).toBe(true);
        expect(sealed.equals(await seal(plain))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is another one for another content, tenant or key, and can be opened as no other’s', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, async (bytes) => {
        const plain = text(bytes);
        const sameId: DataKey = { id: key.id, bytes: randomBytes(32) };
        const sameBytes: DataKey = { id: randomUUID(), bytes: key.bytes };
        const sealed = await Promise.all([
          seal(plain),
          seal(plain, 'stranger'),
          seal(plain, TENANT, sameId),
          seal(plain, TENANT, sameBytes),
          seal(Buffer.concat([plain, Buffer.from('.')])),
        ]);
        // Nonce and first bytes: nothing of them is shared.
        expect(new Set(sealed.map((each) => each.toString('hex', HEADER - 32, HEADER))).size).toBe(5);
        expect(new Set(sealed.map((each) => each.toString('hex', HEADER, HEADER + 16))).size).toBe(5);
        const [mine] = sealed;
        await expect(open(oneOf(mine), 'stranger')).rejects.toThrow(ObjectCorrupt);
        await expect(open(oneOf(mine), TENANT, sameId)).rejects.toThrow(ObjectCorrupt);
        await expect(open(oneOf(mine), TENANT, sameBytes)).rejects.toThrow(ObjectKeyErased);
      }),
      { numRuns: 15 },
    );
  });

  it('is refused with any one bit changed', async () => {
    const sealed = new Map<number, Buffer>();
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(), fc.nat(7), async (bytes, where, bit) => {
        const whole = sealed.get(bytes) ?? (await seal(text(bytes)));
        sealed.set(bytes, whole);
        const changed = Buffer.from(whole);
        const at = where % changed.length;
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        const error: unknown = await open(oneOf(changed)).catch((thrown: unknown) => thrown);
        // A changed key id can be an id that no key has.
        expect(error instanceof ObjectCorrupt || (error instanceof ObjectKeyErased && at < HEADER - 32)).toBe(
          true,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('is refused in every header bit', async () => {
    const whole = await seal(text(10));
    for (let at = 0; at < HEADER; at += 1)
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(whole);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        await expect(open(oneOf(changed))).rejects.toThrow(/not an encrypted|no data key|was erased|chunk 0/);
      }
  });

  it('is refused when it is cut off anywhere, or longer', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(), async (bytes, where) => {
        const whole = await seal(text(bytes));
        await expect(open(oneOf(whole.subarray(0, where % whole.length)))).rejects.toThrow(ObjectCorrupt);
        await expect(
          open(oneOf(Buffer.concat([whole, Buffer.alloc(1 + (where % SEALED_CHUNK))]))),
        ).rejects.toThrow(ObjectCorrupt);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused with its chunks left out, moved, repeated or taken from another object', async () => {
    const plain = text(3 * CHUNK_BYTES + 100);
    const parts = (sealed: Buffer): Buffer[] => [
      sealed.subarray(0, HEADER),
      ...[0, 1, 2, 3].map((n) => sealed.subarray(HEADER + n * SEALED_CHUNK, HEADER + (n + 1) * SEALED_CHUNK)),
    ];
    const mine = parts(await seal(plain));
    const other = parts(await seal(Buffer.concat([plain, Buffer.from('.')])));
    const orders = fc
      .array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 })), { maxLength: 6 })
      .filter((order) => JSON.stringify(order) !== '[[true,1],[true,2],[true,3],[true,4]]');
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const put = order.map(([own, n]) => (own ? mine : other)[n] ?? Buffer.alloc(0));
        await expect(open(oneOf(Buffer.concat([mine[0] ?? Buffer.alloc(0), ...put])))).rejects.toThrow(
          ObjectCorrupt,
        );
      }),
      {
        numRuns: 100,
        examples: [
          [
            [
              [true, 2],
              [true, 1],
              [true, 3],
              [true, 4],
            ],
          ],
          [
            [
              [true, 1],
              [true, 1],
              [true, 2],
              [true, 3],
              [true, 4],
            ],
          ],
          [
            [
              [true, 1],
              [true, 2],
              [true, 4],
            ],
          ],
          [
            [
              [true, 1],
              [true, 2],
              [true, 3],
            ],
          ],
          [
            [
              [true, 1],
              [true, 2],
              [true, 3],
              [true, 4],
              [true, 4],
            ],
          ],
        ],
      },
    );
  });

  it('is verified chunk by chunk: what comes before a bad chunk is read, the bad one never', async () => {
    const plain = text(3 * CHUNK_BYTES);
    const sealed = await seal(plain);
    sealed.writeUInt8(sealed.readUInt8(HEADER + 2 * SEALED_CHUNK) ^ 1, HEADER + 2 * SEALED_CHUNK);
    const read: Buffer[] = [];
    await expect(
      (async () => {
        for await (const piece of openSealed(TENANT, { uri: 'o' }, oneOf(sealed), async () => key))
          read.push(piece);
      })(),
    ).rejects.toThrow('chunk 2');
    expect(Buffer.concat(read).equals(plain.subarray(0, 2 * CHUNK_BYTES))).toBe(true);
  });

  it('never ends when the content changed between its readings', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, lengths, async (first, second) => {
        fc.pre(first !== second);
        const made = sealing(TENANT, key, await digestOf(oneOf(text(first))));
        const got: Buffer[] = [];
        await expect(
          (async () => {
            for await (const piece of made.seal(oneOf(text(second)))) got.push(piece);
          })(),
        ).rejects.toThrow('changed between');
        await expect(open(oneOf(Buffer.concat(got)))).rejects.toThrow(ObjectCorrupt);
      }),
      { numRuns: 30 },
    );
  });

  it('ends its source when its reader stops, and when it is refused', async () => {
    const sealed = await seal(text(3 * CHUNK_BYTES));
    let ended = 0;
    const source = async function* (bytes: Buffer): AsyncGenerator<Buffer, void> {
      try {
        yield* cut(bytes, [1000]);
      } finally {
        ended += 1;
      }
    };
    for await (const _ of openSealed(TENANT, { uri: 'o' }, source(sealed), async () => key)) break;
    expect(ended).toBe(1);
    await expect(open(source(sealed.subarray(1)))).rejects.toThrow('not an encrypted object');
    expect(ended).toBe(2);
    const unavailable = async (): Promise<DataKey> => Promise.reject(new ObjectStoreUnavailable('away'));
    await expect(collect(openSealed(TENANT, { uri: 'o' }, source(sealed), unavailable))).rejects.toThrow(
      ObjectStoreUnavailable,
    );
    expect(ended).toBe(3);
  });
});
