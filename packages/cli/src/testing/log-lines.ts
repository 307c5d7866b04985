import { signCheckpoint } from '@ftm/audit/checkpoint';
import type { EventLine, ExportLine } from '@ftm/audit/export-lines';
import { createCompactTree, hex, leafHash } from '@ftm/audit/merkle';
import type { NoteSigner } from '@ftm/audit/signed-note';
import { EMPTY_CHAIN, eventHash } from '@ftm/contracts/chain';
import { encodeBody, fullName } from '@ftm/contracts/codec';
import { toHeaders, type Envelope } from '@ftm/contracts/envelope';
import { streamId, type TenantId } from '@ftm/contracts/ids';

export const SCHEMA_ID = 7;
export const TYPE = 'DatasetErased';

/** Logs of one tenant as their writer makes them, and what is signed of them. */
export function logOf(tenant: TenantId, signer: NoteSigner) {
  return {
    /** @param reason tells histories apart */
    write(count: number, reason = 'asked for'): EventLine[] {
      let head = EMPTY_CHAIN;
      return Array.from({ length: count }, (_, index) => {
        const frame = Buffer.alloc(5);
        frame.writeUInt32BE(SCHEMA_ID, 1);
        const value = Buffer.concat([
          frame,
          encodeBody(TYPE, { reason, dataKeyId: `key-${index}`, uploadDataKeyId: null }),
        ]);
        const unhashed: Omit<Envelope, 'hash'> = {
          tenantId: tenant,
          id: `id-${index}`,
          type: fullName(TYPE),
          source: 'urn:ftm:command-api',
          time: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
          stream: streamId('dataset', `d${index}`),
          version: 1,
          seq: index + 1,
          prev: head.hash,
          command: `command-${index}`,
          fingerprint: 'f',
          actor: 'user:ada',
          correlation: 'c',
          causation: null,
          traceparent: null,
        };
        const hash = eventHash(unhashed, value);
        head = { seq: index + 1, hash };
        return {
          kind: 'event',
          partition: 3,
          offset: String(index),
          key: tenant,
          headers: toHeaders({ ...unhashed, hash }),
          value: value.toString('base64'),
        };
      });
    },
    vouch(log: readonly EventLine[], size: number): ExportLine & { readonly kind: 'checkpoint' } {
      const tree = createCompactTree();
      const hashes = log.slice(0, size).map(({ headers }) => headers['ftm_hash'] ?? '');
      for (const hash of hashes) tree.append(leafHash(Buffer.from(hash, 'hex')));
      const note = signCheckpoint(
        {
          origin: `ftm/${tenant}`,
          tenantId: tenant,
          size,
          root: hex(tree.root()),
          time: '2026-01-01T01:00:00.000Z',
          head: hashes.at(-1) ?? '',
        },
        [signer],
      );
      return { kind: 'checkpoint', where: `checkpoint ${size}`, tenant, note };
    },
  };
}
