import { EVENT_SCHEMAS } from '@ftm/contracts/generated/events';

/** Of every subject: older and newer programs read what either of them has written. */
const LEVEL = 'FULL_TRANSITIVE';
/** Subjects that are asked for at once. */
const LANES = 8;
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

export interface SchemasOptions {
  /** Of the Confluent API, e.g. `http://127.0.0.1:28081/apis/ccompat/v7`. */
  readonly url: string;
  /** Subjects are `<topic>-<full name>` (TopicRecordNameStrategy). */
  readonly topic: string;
  /** Of one call; default 30 s. */
  readonly timeoutMs?: number;
}

/** What a registry has of the schemas of this program's events. */
export interface RegisteredSchemas {
  /** Subject → id of its newest schema, where that is registered. */
  readonly ids: ReadonlyMap<string, number>;
  /** `<subject> v<version>`, which were not there. */
  readonly missing: readonly string[];
  /** Subjects whose compatibility level was another one. */
  readonly loose: readonly string[];
}

interface Version {
  readonly fullName: string;
  readonly version: number;
  readonly schema: unknown;
}

/** Looks, and changes nothing. @throws Error that says what the registry has answered */
export const lookAtSchemas = (options: SchemasOptions): Promise<RegisteredSchemas> =>
  eachSubject(options, async (ask, subject, versions) => {
    const ids = await Promise.all(versions.map(({ schema }) => idOf(ask, subject, schema)));
    return { ids, level: ids.some((id) => id !== undefined) ? await levelOf(ask, subject) : LEVEL };
  });

/**
 * Registers every version that is missing, in order, and sets the level. For the step before services start: nothing registers at run time. Safe to run again.
 * @returns what was missing and loose before
 * @throws Error naming the event whose schema the registry refuses
 */
export const registerSchemas = (options: SchemasOptions): Promise<RegisteredSchemas> =>
  eachSubject(options, async (ask, subject, versions) => {
    const ids = await Promise.all(versions.map(({ schema }) => idOf(ask, subject, schema)));
    const known = ids.some((id) => id !== undefined);
    const level = known ? await levelOf(ask, subject) : LEVEL;
    // By which level a version is judged must be said before; of a subject that is new, nothing can be said.
    let isSet = known && level === LEVEL ? true : await setLevel(ask, subject);
    let newest: number | undefined;
    for (const [index, version] of versions.entries()) {
      newest = ids[index] ?? (await register(ask, subject, version));
      if (!isSet) isSet = await setLevel(ask, subject);
    }
    return { ids, newest, level };
  });

interface Found {
  /** Of each version before anything was registered. */
  readonly ids: readonly (number | undefined)[];
  readonly newest?: number | undefined;
  /** Undefined: the registry's own default holds. */
  readonly level: string | undefined;
}

type Ask = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;

async function eachSubject(
  { url, topic, timeoutMs = 30_000 }: SchemasOptions,
  work: (ask: Ask, subject: string, versions: readonly Version[]) => Promise<Found>,
): Promise<RegisteredSchemas> {
  const ask = askOf(url.replace(/\/+$/, ''), timeoutMs);
  const waiting = Object.values(EVENT_SCHEMAS) as (readonly Version[])[];
  const ids = new Map<string, number>();
  const missing: string[] = [];
  const loose: string[] = [];
  const next = waiting[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (const versions of next) {
      const subject = `${topic}-${versions[0]?.fullName ?? ''}`;
      const found = await work(ask, subject, versions);
      const newest = found.newest ?? found.ids.at(-1);
      if (newest !== undefined) ids.set(subject, newest);
      for (const [index, { version }] of versions.entries())
        if (found.ids[index] === undefined) missing.push(`${subject} v${version}`);
      if (found.level !== LEVEL) loose.push(subject);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { ids, missing: missing.sort(), loose: loose.sort() };
}

function askOf(host: string, timeoutMs: number): Ask {
  return async (method, path, body) => {
    const response = await fetch(`${host}${path}`, {
      method,
      headers: { 'content-type': CONTENT_TYPE },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new Error(`the schema registry does not answer: ${reasonOf(error)}`, { cause: error });
    });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  };
}

async function idOf(ask: Ask, subject: string, schema: unknown): Promise<number | undefined> {
  const path = `/subjects/${encodeURIComponent(subject)}`;
  const { status, body } = await ask('POST', path, { schema: JSON.stringify(schema) });
  if (status === 404) return undefined;
  return idIn(body) ?? unexpected(`asked for ${subject}`, status, body);
}

async function levelOf(ask: Ask, subject: string): Promise<string | undefined> {
  const { status, body } = await ask('GET', `/config/${encodeURIComponent(subject)}`);
  if (status === 404) return undefined;
  if (typeof body === 'object' && body !== null && 'compatibilityLevel' in body)
    return String(body.compatibilityLevel);
  return unexpected(`asked for the level of ${subject}`, status, body);
}

/** False: there is no such subject yet. */
async function setLevel(ask: Ask, subject: string): Promise<boolean> {
  const { status, body } = await ask('PUT', `/config/${encodeURIComponent(subject)}`, {
    compatibility: LEVEL,
  });
  if (status !== 200 && status !== 404) unexpected(`told to keep ${subject} ${LEVEL}`, status, body);
  return status === 200;
}

async function register(ask: Ask, subject: string, { fullName, schema }: Version): Promise<number> {
  const path = `/subjects/${encodeURIComponent(subject)}/versions`;
  const { status, body } = await ask('POST', path, { schema: JSON.stringify(schema) });
  if (status === 409)
    throw new Error(
      `the schema of ${fullName} is not compatible with the versions that are in the log: ${messageIn(body)}`,
    );
  return idIn(body) ?? unexpected(`given the schema of ${fullName}`, status, body);
}

function unexpected(when: string, status: number, body: unknown): never {
  throw new Error(`the schema registry answered ${status} when ${when}: ${messageIn(body)}`);
}

const idIn = (body: unknown): number | undefined =>
  typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'number'
    ? body.id
    : undefined;

const messageIn = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : 'no reason given';

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
