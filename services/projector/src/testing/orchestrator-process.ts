import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';

export const SERVICE_KEY = 'key-of-a-test';

export interface AuditRow {
  readonly seq: number;
  readonly hash: string;
  readonly value_base64: string;
}

export interface OrchestratorProcess {
  readonly url: string;
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
  /** The whole audit copy of a tenant. */
  audit(tenant: string): Promise<AuditRow[]>;
  end(): Promise<void>;
}

/** The Orchestrator's simulator, as a process of its own. @param port to come back under the same address; default any */
export async function startOrchestrator(dataDir: string, port = 0): Promise<OrchestratorProcess> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../../../sandbox/dist/orchestrator/main.js')],
    {
      env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, SERVICE_KEY },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${(JSON.parse(line.toString('utf8')) as { port: number }).port}`;
  const headers = { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' };
  return {
    url,
    async fault(fault) {
      const answer = await fetch(`${url}/admin/faults`, {
        method: 'POST',
        headers,
        body: JSON.stringify(fault),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async audit(tenant) {
      const rows: AuditRow[] = [];
      for (;;) {
        const query = `from_seq=${rows.length + 1}&limit=500`;
        const answer = await fetch(`${url}/v1/audit/tenants/${tenant}/events?${query}`, { headers });
        // It was told to fail, and whoever asks next meets that.
        if (!answer.ok) return rows;
        const { data } = (await answer.json()) as { data: AuditRow[] };
        if (data.length === 0) return rows;
        rows.push(...data);
      }
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
