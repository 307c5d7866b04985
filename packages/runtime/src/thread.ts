import { Worker, type ResourceLimits } from 'node:worker_threads';

/**
 * A thread that runs a module, from source when its starter does, else built.
 * @param module beside its starter, without an ending, e.g. `./worker`
 * @param from the starter's `import.meta.url`
 * @param data what it finds as `workerData`
 * @param resourceLimits of its heap
 */
export function startThread(
  module: string,
  from: string,
  data: unknown,
  resourceLimits: ResourceLimits = {},
): Worker {
  const options = { workerData: data, resourceLimits };
  if (!from.endsWith('.ts')) return new Worker(new URL(`${module}.js`, from), options);
  // A thread does not inherit the loader that lets the main thread run TypeScript from source.
  const loader = import.meta.resolve('tsx/esm/api');
  const boot = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(new URL(`${module}.ts`, from).href)}); })`;
  return new Worker(boot, { ...options, eval: true, execArgv: ['--conditions=ftm-source'] });
}
