/** The part of a state that is there. */
export type Present<S> = Exclude<S, { readonly status: 'absent' }>;

/** A value that a list can be filtered by: an id, or any text. */
export type ValueKind = 'text' | 'uuid';

export interface ListFilter {
  readonly kind: ValueKind;
  /** The condition, with `?` for the value; without one it is the column of the filter's name. */
  readonly where?: string;
}

/** Where a state is stored, and how it is found. */
export interface ReadModel<S extends { readonly status: string }> {
  /** Name of the table; readers use its view in the schema `ftm`. */
  readonly table: string;
  projectId(state: Present<S>): string | null;
  /** Column beside the state → Postgres type. */
  readonly columns: Readonly<Record<string, ValueKind>>;
  values(state: Present<S>): Readonly<Record<string, string | null>>;
  /** Every status there is; an open one takes a place of those that a tenant may have at once. */
  readonly statuses: Readonly<Record<Present<S>['status'], 'open' | 'settled'>>;
  /** What lists may be filtered by, beside `project_id` and `status`. */
  readonly filters: Readonly<Record<string, ListFilter>>;
}

/** By what people call it. */
export const BY_NAME: ListFilter = { kind: 'text', where: "state #>> '{labels,name}' = ?" };

/** Columns that every read model has. */
const COMMON = {
  tenant_id: 'text',
  id: 'uuid',
  project_id: 'text',
  status: 'text',
  version: 'int',
  last_seq: 'bigint',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  state: 'jsonb',
} as const;

/** Column → Postgres type of a read model's table. */
export function columnsOf(model: {
  readonly columns: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  return { ...COMMON, ...model.columns };
}

/** The view that readers ask, whichever generation is behind it. */
export const viewOf = ({ table }: { readonly table: string }): string => `ftm.${table}`;

/** Statuses of what takes a place of those that a tenant may have at once. */
export function openStatuses(model: {
  readonly statuses: Readonly<Record<string, 'open' | 'settled'>>;
}): string[] {
  return Object.entries(model.statuses).flatMap(([status, kind]) => (kind === 'open' ? [status] : []));
}
