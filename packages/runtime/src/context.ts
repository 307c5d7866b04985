import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line inside of a piece of work carries. */
export interface WorkContext {
  readonly requestId?: string;
  readonly tenant?: string;
}

const storage = new AsyncLocalStorage<WorkContext>();

export function runWithContext<T>(context: WorkContext, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...context }, work);
}

export const currentContext = (): WorkContext => storage.getStore() ?? {};
