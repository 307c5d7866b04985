import { EVENT_SCHEMAS } from '@ftm/contracts/generated/events';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import { frameId, UndecodableValue } from '@ftm/event-log/registry';

/**
 * Do the registry's schemas still mean what they meant? Each id that a record names must be, word for word but for
 * docs, one of the versions of that record's type that this program was built with.
 */
export interface SchemaCheck {
  /** Asks for the ids of these values that are not known yet. @throws Error when the registry does not answer */
  prepare(values: Iterable<Buffer>): Promise<void>;
  /** Null when all is well, else what is wrong. */
  check(fullType: string, value: Buffer): string | null;
}

type Known = { readonly schema: string } | { readonly problem: string };

export function createSchemaCheck(registryUrl: string): SchemaCheck {
  const host = registryUrl.replace(/\/+$/, '');
  const versions = new Map<string, Set<string>>();
  for (const entries of Object.values(EVENT_SCHEMAS))
    for (const { fullName, schema } of entries) {
      const known = versions.get(fullName) ?? new Set();
      versions.set(fullName, known.add(withoutDocs(schema)));
    }
  const byId = new Map<number, Known>();
  const passed = new Set<string>();

  async function ask(id: number): Promise<Known> {
    const answer = await fetch(`${host}/schemas/ids/${id}`, { signal: AbortSignal.timeout(10_000) });
    if (answer.status === 404) return { problem: `the registry has no schema ${id}` };
    if (!answer.ok) throw new Error(`the schema registry answered ${answer.status} for schema ${id}`);
    const { schema } = (await answer.json()) as { schema: string };
    return { schema: withoutDocs(JSON.parse(schema)) };
  }

  return {
    async prepare(values) {
      const unknown = new Set<number>();
      for (const value of values) {
        const id = idOf(value);
        if (id !== null && !byId.has(id)) unknown.add(id);
      }
      for (const id of unknown) byId.set(id, await ask(id));
    },
    check(fullType, value) {
      const id = idOf(value);
      if (id === null) return 'the value has no registry framing';
      const key = `${id} ${fullType}`;
      if (passed.has(key)) return null;
      const allowed = versions.get(fullType);
      if (allowed === undefined)
        return `this program knows no event type ${fullType}: is it older than the log?`;
      const known = byId.get(id);
      if (known === undefined) return `schema ${id} was not asked for`;
      if ('problem' in known) return known.problem;
      if (!allowed.has(known.schema)) return `schema ${id} of the registry is no version of ${fullType}`;
      passed.add(key);
      return null;
    },
  };
}

function idOf(value: Buffer): number | null {
  try {
    return frameId(value);
  } catch (error) {
    if (error instanceof UndecodableValue) return null;
    throw error;
  }
}

/** Without `doc` and `aliases`, in one order of keys; a full name in `name` is the same as name and namespace. */
function withoutDocs(schema: unknown): string {
  return canonicalJson(strip(schema));
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => !(key === 'doc' && typeof each === 'string'))
      .map(([key, each]) => [key, strip(each)]),
  );
}
