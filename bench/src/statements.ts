import pg from 'pg';

export interface Statement {
  readonly role: string;
  readonly text: string;
  readonly calls: number;
  /** Milliseconds in the executor. */
  readonly ms: number;
}

/** Makes the server count what it is asked; it must be started again afterwards. */
export async function countStatements(ownerUrl: string): Promise<void> {
  await asOwner(ownerUrl, (client) =>
    client.query("alter system set shared_preload_libraries = 'pg_stat_statements'"),
  );
}

export async function forgetStatements(ownerUrl: string): Promise<void> {
  await asOwner(ownerUrl, async (client) => {
    await client.query('create extension if not exists pg_stat_statements');
    await client.query('select pg_stat_statements_reset()');
  });
}

/** Since they were forgotten; those with the most time first. */
export async function readStatements(ownerUrl: string): Promise<Statement[]> {
  return asOwner(ownerUrl, async (client) => {
    const { rows } = await client.query<Statement>(
      `select rolname as role, regexp_replace(query, '\\s+', ' ', 'g') as text, calls::float8 as calls, total_exec_time as ms
       from pg_stat_statements join pg_roles on pg_roles.oid = userid
       where dbid = (select oid from pg_database where datname = current_database()) and rolname <> 'postgres'
       order by total_exec_time desc`,
    );
    return rows;
  });
}

async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
