import { parentPort, type Worker } from 'node:worker_threads';
import { startThread } from '@ftm/runtime/thread';

/** What a thread can do: a method of one argument each. Arguments and results go from thread to thread. */
type Work<W> = { readonly [K in keyof W]: (item: never) => unknown };
type Item<W, K extends keyof W> = W[K] extends (item: infer T) => unknown ? T : never;
type Result<W, K extends keyof W> = W[K] extends (item: never) => infer R ? R : never;

type Question = { readonly work: PropertyKey; readonly item: unknown };
type Answer =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string };

export interface Threads<W extends Work<W>> {
  /** Results in the order of the items, with at most two items a thread under way. @throws the first error of an item, or of a thread that died */
  map<K extends keyof W>(work: K, items: AsyncIterable<Item<W, K>>): AsyncIterable<Result<W, K>>;
  /** The same of every thread. */
  each<K extends keyof W>(work: K, item: Item<W, K>): Promise<Result<W, K>[]>;
  close(): Promise<void>;
}

/**
 * A chunk is garbage as soon as it was answered for, and a heap that may grow for that never shrinks again. V8 lets a heap grow by less at a time when its end is known; that end is far above what a chunk needs.
 */
const HEAP = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 1024 };

/**
 * Threads that all run the same module, which calls `answerWith`.
 * @param module beside `from`, without an ending
 * @param from the starter's `import.meta.url`
 * @param data what every thread is given at its start
 */
export function createThreads<W extends Work<W>>(
  count: number,
  module: string,
  from: string,
  data: unknown,
): Threads<W> {
  const lanes = Array.from({ length: count }, () => createLane(startThread(module, from, data, HEAP)));
  return {
    async *map<K extends keyof W>(work: K, items: AsyncIterable<Item<W, K>>) {
      const underWay: Promise<unknown>[] = [];
      let turn = 0;
      for await (const item of items) {
        const answer = lanes[turn % count]?.ask({ work, item });
        turn += 1;
        if (answer === undefined) break;
        // Whoever waits for an earlier one hears of this one's failure only later.
        answer.catch(() => undefined);
        underWay.push(answer);
        if (underWay.length >= count * 2) yield (await underWay.shift()) as Result<W, K>;
      }
      for (const answer of underWay) yield (await answer) as Result<W, K>;
    },
    each: async <K extends keyof W>(work: K, item: Item<W, K>) =>
      (await Promise.all(lanes.map((lane) => lane.ask({ work, item })))) as Result<W, K>[],
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

/** For the module that a thread runs: answers what it is asked, in order. */
export function answerWith<W extends Work<W>>(work: W): void {
  parentPort?.on('message', ({ work: name, item }: { readonly work: keyof W; readonly item: never }) => {
    let answer: Answer;
    try {
      answer = { ok: true, result: work[name](item) };
    } catch (error) {
      answer = { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    parentPort?.postMessage(answer);
  });
}

/** A thread answers in the order in which it was asked. */
function createLane(worker: Worker) {
  const waiting: { resolve(result: unknown): void; reject(error: Error): void }[] = [];
  let dead: Error | undefined;
  const die = (error: Error): void => {
    dead ??= error;
    for (const each of waiting.splice(0)) each.reject(dead);
  };
  worker.on('message', (answer: Answer) => {
    const next = waiting.shift();
    if (answer.ok) next?.resolve(answer.result);
    else next?.reject(new Error(answer.error));
  });
  worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => die(new Error(`the thread ended with ${code}`)));
  return {
    ask: (question: Question): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (dead !== undefined) {
          reject(dead);
          return;
        }
        waiting.push({ resolve, reject });
        worker.postMessage(question);
      }),
    close: () => worker.terminate(),
  };
}
