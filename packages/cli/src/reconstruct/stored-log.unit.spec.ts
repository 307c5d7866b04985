import { createLogVerifier } from '@ftm/audit/verifier';
import { parseStreamId } from '@ftm/contracts/ids';
import { storedLog, storedStates } from '@ftm/contracts/testing/stored-log';
import { foldTenant } from './state.ts';

describe('a log that an older program wrote', () => {
  const log = storedLog();
  const tenants = [...new Set(log.map(({ envelope }) => envelope.tenantId))];

  function verified(records: readonly (typeof log)[number][]) {
    const verifier = createLogVerifier({
      trusted: [],
      notes: [],
      now: '2027-01-01T00:00:00.000Z',
      staleMs: Infinity,
    });
    for (const { envelope, headers, value, position } of records)
      verifier.next({
        where: `${position.partition}:${position.offset}`,
        key: envelope.tenantId,
        partition: position.partition,
        headers,
        value,
      });
    return verifier.finish();
  }

  it('is verified', () => {
    const { ok, events, findings } = verified(log);
    expect({ ok, events, findings }).toEqual({ ok: true, events: log.length, findings: [] });
  });

  it('is found out when a byte of it was changed', () => {
    const changed = log.map((record, at) => {
      if (at !== 5) return record;
      const value = Buffer.from(record.value);
      value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
      return { ...record, value };
    });
    expect(verified(changed).findings.map(({ code }) => code)).toContain('CONTENT_CHANGED');
  });

  it.each(tenants)(
    'is reconstructed, with every resource of %s in the status that it had',
    async (tenant) => {
      async function* events() {
        yield* log.filter(({ envelope }) => envelope.tenantId === tenant);
      }
      const { resources, incomplete } = await foldTenant(tenant, events());
      expect(incomplete).toEqual([]);
      const expected = storedStates().filter((each) => each.tenant === tenant);
      for (const { stream, state } of expected) {
        const { aggregate, id } = parseStreamId(stream);
        expect(resources[aggregate][id]).toMatchObject({
          id,
          status: state['status'],
          version: state['version'],
        });
      }
      expect(Object.values(resources).flatMap((each) => Object.keys(each))).toHaveLength(expected.length);
    },
  );
});
