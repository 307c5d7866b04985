/** The part of a state that is there. */
export type Present<S> = Exclude<S, { readonly status: 'absent' }>;

/** Where a state is stored: its table, and the columns beside the state that readers filter by. */
export interface Projection<S> {
  readonly table: string;
  projectId(state: Present<S>): string | null;
  /** Column → Postgres type. */
  readonly columns: Readonly<Record<string, 'text' | 'uuid'>>;
  values(state: Present<S>): Readonly<Record<string, string | null>>;
}
