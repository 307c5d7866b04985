import type { Aggregate } from '@ftm/contracts/ids';
import type { REGISTRY } from './aggregates.ts';

/** Everything that FTM can be told to do. `id` is the UUID of the stream that the command is about. */
export type Command = Parameters<(typeof REGISTRY)[Aggregate]['handle']>[0];
