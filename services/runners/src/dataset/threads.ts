import { Worker } from 'node:worker_threads';

/** What a thread answers with. */
export type ThreadAnswer<R> =
  { readonly ok: true; readonly result: R } | { readonly ok: false; readonly error: string };

export interface Threads<T, R> {
  /** Results in the order of the items, with at most two items a thread under way. @throws the first error of an item, or of a thread that died */
  map(items: AsyncIterable<T>): AsyncIterable<R>;
  close(): Promise<void>;
}

/**
 * Threads that all run the same module, which answers each message with a `ThreadAnswer`.
 * @param module URL of the module, `.ts` from source or `.js` when built
 * @param data what every thread is given at its start
 */
export function createThreads<T, R>(count: number, module: URL, data: unknown): Threads<T, R> {
  const lanes = Array.from({ length: count }, () => createLane<T, R>(module, data));
  return {
    async *map(items) {
      const underWay: Promise<R>[] = [];
      let turn = 0;
      for await (const item of items) {
        const answer = lanes[turn % count]?.ask(item);
        turn += 1;
        if (answer === undefined) break;
        // Whoever waits for an earlier one hears of this one's failure only later.
        answer.catch(() => undefined);
        underWay.push(answer);
        if (underWay.length >= count * 2) yield await (underWay.shift() as Promise<R>);
      }
      for (const answer of underWay) yield await answer;
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

/** A thread answers in the order in which it was asked. */
function createLane<T, R>(module: URL, data: unknown) {
  const worker = start(module, data);
  const waiting: { resolve(result: R): void; reject(error: Error): void }[] = [];
  let dead: Error | undefined;
  const die = (error: Error): void => {
    dead ??= error;
    for (const each of waiting.splice(0)) each.reject(dead);
  };
  worker.on('message', (answer: ThreadAnswer<R>) => {
    const next = waiting.shift();
    if (answer.ok) next?.resolve(answer.result);
    else next?.reject(new Error(answer.error));
  });
  worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => die(new Error(`the thread ended with ${code}`)));
  return {
    ask: (item: T): Promise<R> =>
      new Promise((resolve, reject) => {
        if (dead !== undefined) {
          reject(dead);
          return;
        }
        waiting.push({ resolve, reject });
        worker.postMessage(item);
      }),
    close: () => worker.terminate(),
  };
}

function start(module: URL, data: unknown): Worker {
  if (!module.pathname.endsWith('.ts')) return new Worker(module, { workerData: data });
  // A thread does not inherit the loader that lets the main thread run TypeScript from source.
  const loader = import.meta.resolve('tsx/esm/api');
  const boot = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(module.href)}); })`;
  return new Worker(boot, { eval: true, workerData: data, execArgv: ['--conditions=ftm-source'] });
}
