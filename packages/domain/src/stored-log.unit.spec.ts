import { EMPTY_CHAIN, link, type ChainHead } from '@ftm/contracts/chain';
import { EVENT_SCHEMAS } from '@ftm/contracts/generated/events';
import { parseStreamId } from '@ftm/contracts/ids';
import { storedLog, storedStates } from '@ftm/contracts/testing/stored-log';
import { fold } from './aggregates.ts';
import { toPast } from './event-meta.ts';

describe('a log that an older program wrote', () => {
  const log = storedLog();

  it('has an event of each type', () => {
    const types = new Set<string>(log.map(({ event }) => event.type));
    const old = Object.keys(EVENT_SCHEMAS).filter((name) => !ADDED_SINCE.has(name));
    expect(old.filter((name) => !types.has(name))).toEqual([]);
  });

  it('is a chain, tenant by tenant', () => {
    const heads = new Map<string, ChainHead>();
    for (const { envelope, value } of log) {
      const next = link(heads.get(envelope.tenantId) ?? EMPTY_CHAIN, envelope, value);
      if (next.kind === 'void') throw new Error(next.reason);
      heads.set(envelope.tenantId, next.head);
    }
    expect([...heads.keys()]).toEqual(['acme', 'globex']);
  });

  it.each(storedStates().map((stored) => [stored.tenant, stored.stream, stored.state] as const))(
    'is folded into what it was: %s %s',
    (tenant, stream, state) => {
      const past = log
        .filter(({ envelope }) => envelope.tenantId === tenant && envelope.stream === stream)
        .map(toPast);
      expect(past.length).toBeGreaterThan(0);
      // What was known is known still; a state may know more since.
      expect(fold(parseStreamId(stream).aggregate, past)).toMatchObject(state);
    },
  );
});

/** Events that no program wrote when the log was, and those of the writers themselves. */
const ADDED_SINCE = new Set(['WriterClaimed', 'CommandRefused', 'LabelsSet']);
