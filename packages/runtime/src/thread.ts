import { Worker } from 'node:worker_threads';

/**
 * A thread that runs a module.
 * @param module its URL: `.ts` when run from source, `.js` when built
 * @param data what it finds as `workerData`
 */
export function startThread(module: URL, data: unknown): Worker {
  if (!module.pathname.endsWith('.ts')) return new Worker(module, { workerData: data });
  // A thread does not inherit the loader that lets the main thread run TypeScript from source.
  const loader = import.meta.resolve('tsx/esm/api');
  const boot = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(module.href)}); })`;
  return new Worker(boot, { eval: true, workerData: data, execArgv: ['--conditions=ftm-source'] });
}
