import { setTimeout as sleep } from 'node:timers/promises';
import { EMPTY_CHAIN, link, type ChainHead } from '@ftm/contracts/chain';
import { readLog, type LoggedEvent } from './read-log.ts';

export interface Verification {
  readonly ok: boolean;
  readonly events: number;
  /** One sentence for people. */
  readonly detail: string;
}

/** Everything that is wrong with a log: chain, sequence, stream versions, event ids, order of time. Empty when it is sound. */
export function findFaults(events: readonly LoggedEvent[]): string[] {
  const heads = new Map<string, ChainHead>();
  const versions = new Map<string, number>();
  const times = new Map<string, string>();
  const ids = new Set<string>();
  const partitions = new Map<string, number>();
  const faults: string[] = [];
  for (const { envelope, value, partition, offset } of events) {
    const at = `${partition}:${offset}`;
    const next = link(heads.get(envelope.tenantId) ?? EMPTY_CHAIN, envelope, value);
    if (next.kind === 'void') faults.push(`${at}: ${next.reason}`);
    else heads.set(envelope.tenantId, next.head);
    const stream = `${envelope.tenantId} ${envelope.stream}`;
    const version = (versions.get(stream) ?? 0) + 1;
    if (envelope.version !== version)
      faults.push(`${at}: version ${envelope.version} of ${envelope.stream} where ${version} was due`);
    versions.set(stream, envelope.version);
    if (ids.has(envelope.id)) faults.push(`${at}: event id ${envelope.id} is there twice`);
    ids.add(envelope.id);
    if (envelope.time < (times.get(envelope.tenantId) ?? '')) faults.push(`${at}: time goes back`);
    times.set(envelope.tenantId, envelope.time);
    const home = partitions.get(envelope.tenantId) ?? partition;
    if (home !== partition)
      faults.push(`${at}: tenant ${envelope.tenantId} has events in partitions ${home} and ${partition}`);
    partitions.set(envelope.tenantId, home);
  }
  return faults;
}

/** Reads the topic and the Orchestrator's copy, and compares them for one tenant. */
export async function verifyLog(
  env: Readonly<Record<string, string>>,
  tenant: string,
): Promise<Verification> {
  const all = await readLog((env['FTM_KAFKA_BROKERS'] ?? '').split(','));
  const faults = findFaults(all);
  const events = all.filter((each) => each.envelope.tenantId === tenant);
  if (faults.length > 0)
    return {
      ok: false,
      events: events.length,
      detail: `${faults.length} faults, the first: ${faults[0] ?? ''}`,
    };
  const head = events.at(-1)?.envelope;
  const copy = await auditPosition(env, tenant, head?.seq ?? 0);
  if (copy.acknowledged_seq !== (head?.seq ?? 0) || copy.hash !== (head?.hash ?? null))
    return {
      ok: false,
      events: events.length,
      detail: `the Orchestrator’s copy stands at seq ${copy.acknowledged_seq}, the log at ${head?.seq ?? 0}`,
    };
  return {
    ok: true,
    events: events.length,
    detail: `${events.length} events: sequence, versions and hash chain are sound; head ${head?.hash.slice(0, 16) ?? 'none'}…; the Orchestrator’s copy has the same head`,
  };
}

/** The copy follows by sending; it gets a few seconds to arrive. */
async function auditPosition(
  env: Readonly<Record<string, string>>,
  tenant: string,
  seq: number,
): Promise<{ acknowledged_seq: number; hash: string | null }> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(`${env['FTM_ORCHESTRATOR_URL'] ?? ''}/v1/audit/tenants/${tenant}/position`, {
      headers: { authorization: `Bearer ${env['FTM_ORCHESTRATOR_SERVICE_KEY'] ?? ''}` },
    });
    const position = (await answer.json()) as { acknowledged_seq: number; hash: string | null };
    if (position.acknowledged_seq >= seq || attempt >= 50) return position;
    await sleep(200);
  }
}
