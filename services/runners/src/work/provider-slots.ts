import { ourWords, type WithWords } from '@ftm/contracts/scanned-text';
import type { FineTuneDeferred } from '@ftm/contracts/generated/events';
import type { TenantId } from '@ftm/contracts/ids';
import { withTransaction, type Pool } from '@ftm/postgres/pool';

/** How many jobs may be at the provider at once. */
export interface SlotLimits {
  readonly perTenant: number;
  /** Of all tenants that share an account. */
  readonly perAccount: number;
}

/** A fine-tune job that wants a place. */
interface Asking {
  readonly tenantId: TenantId;
  readonly id: string;
}

/** Places at the provider. A job asks for one before it is sent, and has it until it has ended. */
export interface ProviderSlots {
  /** @returns null when the job has a place, else what it waits for. Ask again soon: who does not ask for minutes is passed over. */
  take(job: Asking, account: string): Promise<WithWords<FineTuneDeferred> | null>;
  /** A job that is at the provider has its place, whatever the limits say. */
  hold(job: Asking, account: string): Promise<void>;
  release(job: Asking): Promise<void>;
}

/** A waiting job that nobody runs any more must not stop the others. */
const WAITER_SEEN = "interval '2 minutes'";
/** A running job is looked at every minute; its place is given away only when nobody has done so for long. */
const HOLDER_SEEN = "interval '6 hours'";

/**
 * Fair between tenants: the next place goes to the tenant that has fewest, of equals to the job that has waited longest. A tenant that asks for a hundred jobs at once makes
 * nobody wait for more than one of them.
 */
export function createProviderSlots(pool: Pool, limits: SlotLimits): ProviderSlots {
  return {
    take: ({ tenantId, id }, account) =>
      withTransaction(pool, async (client) => {
        await client.query("select pg_advisory_xact_lock(hashtext('ftm.provider_slots'), hashtext($1))", [
          account,
        ]);
        await client.query(
          `insert into work.provider_slots (tenant_id, ft_job_id, account) values ($1, $2, $3)
           on conflict (tenant_id, ft_job_id) do update set seen_at = now(), account = excluded.account`,
          [tenantId, id, account],
        );
        const { rows } = await client.query<Place>(
          `with live as (
             select * from work.provider_slots
             where account = $3 and seen_at > now() - case when held then ${HOLDER_SEEN} else ${WAITER_SEEN} end
           ), load as (
             select tenant_id, count(*) filter (where held) as held from live group by tenant_id
           ), queue as (
             select tenant_id, ft_job_id, asked_at,
               load.held + row_number() over (partition by tenant_id order by asked_at, ft_job_id) - 1 as before
             from live join load using (tenant_id) where not live.held
           ), turn as (
             select *, row_number() over (order by before, asked_at, ft_job_id) as place from queue where before < $4
           )
           select mine.held, turn.place::int, (select count(*)::int from live where held) as taken,
             (select load.held::int from load where load.tenant_id = $1) as ours
           from work.provider_slots mine left join turn using (tenant_id, ft_job_id)
           where mine.tenant_id = $1 and mine.ft_job_id = $2`,
          [tenantId, id, account, limits.perTenant],
        );
        const [found] = rows;
        if (found === undefined) throw new Error('the place that was asked for is gone');
        const no = found.held ? null : refusal(found, limits);
        if (no === null && !found.held)
          await client.query(
            'update work.provider_slots set held = true where tenant_id = $1 and ft_job_id = $2',
            [tenantId, id],
          );
        return no;
      }),
    async hold({ tenantId, id }, account) {
      await pool.query(
        `insert into work.provider_slots (tenant_id, ft_job_id, account, held) values ($1, $2, $3, true)
         on conflict (tenant_id, ft_job_id) do update set seen_at = now(), held = true, account = excluded.account`,
        [tenantId, id, account],
      );
    },
    async release({ tenantId, id }) {
      await pool.query('delete from work.provider_slots where tenant_id = $1 and ft_job_id = $2', [
        tenantId,
        id,
      ]);
    },
  };
}

interface Place {
  readonly held: boolean;
  /** In the order in which places are given, from 1; null while the tenant has all it may have. */
  readonly place: number | null;
  readonly taken: number;
  readonly ours: number;
}

function refusal({ place, taken, ours }: Place, limits: SlotLimits): WithWords<FineTuneDeferred> | null {
  if (place === null)
    return {
      code: 'TENANT_LIMIT',
      message: ourWords`${ours} jobs of the tenant are at the provider or come before this one, and ${limits.perTenant} may be there at once: it is sent when one of them has ended`,
    };
  if (place > limits.perAccount - taken)
    return {
      code: 'PROVIDER_LIMIT',
      message: ourWords`${taken} jobs are at the provider, and the account may have ${limits.perAccount} at once: it is sent when its turn comes`,
    };
  return null;
}
