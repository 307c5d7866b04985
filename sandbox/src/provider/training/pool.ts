import type { Worker } from 'node:worker_threads';
import { startThread } from '@ftm/runtime/thread';
import type { Task, WorkerMessage } from './worker.ts';

export interface TrainingPool {
  /**
   * Runs a task in a free worker, in the order of asking. @throws Error when it fails; the signal's reason when
   * aborted
   */
  run(task: Task, onMessage: (message: WorkerMessage) => void, signal: AbortSignal): Promise<WorkerMessage>;
  /** Milliseconds after each step, for every running job from now on. */
  setStepDelay(ms: number): void;
  close(): Promise<void>;
}

/**
 * Training in threads of its own, so that the server answers meanwhile. A task that is cut off takes its thread with
 * it.
 */
export function createTrainingPool(size: number, stepDelayMs: number): TrainingPool {
  const pace = new Int32Array(new SharedArrayBuffer(4));
  Atomics.store(pace, 0, stepDelayMs);
  const idle: Worker[] = [];
  const busy = new Set<Worker>();
  const waiting: (() => void)[] = [];

  const acquire = async (signal: AbortSignal): Promise<Worker> => {
    while (busy.size >= size) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      signal.throwIfAborted();
    }
    const worker = idle.pop() ?? startThread('./worker', import.meta.url, pace);
    busy.add(worker);
    return worker;
  };
  const release = (worker: Worker, reusable: boolean): void => {
    busy.delete(worker);
    if (reusable) idle.push(worker);
    waiting.splice(0).forEach((resolve) => resolve());
  };

  return {
    async run(task, onMessage, signal) {
      signal.throwIfAborted();
      const worker = await acquire(signal);
      onMessage({ kind: 'started' });
      let reusable = false;
      try {
        const last = await converse(worker, task, onMessage, signal);
        reusable = true;
        if (last.kind === 'failed') throw new Error(last.reason);
        return last;
      } finally {
        for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
        if (!reusable) await worker.terminate();
        release(worker, reusable);
      }
    },
    setStepDelay: (ms) => void Atomics.store(pace, 0, ms),
    async close() {
      await Promise.all([...idle, ...busy].map((worker) => worker.terminate()));
    },
  };
}

function converse(
  worker: Worker,
  task: Task,
  onMessage: (message: WorkerMessage) => void,
  signal: AbortSignal,
): Promise<WorkerMessage> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the training thread ended with ${code}`)));
    worker.on('message', (message: WorkerMessage) => {
      if (signal.aborted) return;
      if (message.kind === 'step' || message.kind === 'epoch') onMessage(message);
      else resolve(message);
    });
    worker.postMessage(task);
  });
}
