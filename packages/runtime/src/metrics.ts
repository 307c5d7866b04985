import client from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

client.collectDefaultMetrics();

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
  new client.Counter({ name, help, labelNames: [...labelNames] });
export const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
  new client.Gauge({ name, help, labelNames: [...labelNames] });
/** In seconds. */
export const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
  new client.Histogram({ name, help, labelNames: [...labelNames], buckets: SECONDS });
