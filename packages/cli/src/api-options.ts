import { Option, type Command } from 'commander';
import { createFtmClient, type FtmClient } from '@ftm/api/client';
import { FtmRefused, FtmUnreachable } from '@ftm/api/refused';
import { CannotRun } from './cannot-run.ts';

export interface ApiOptions {
  readonly api: string;
  readonly apiKey: string;
}

/** Adds what every command needs that speaks to the API. */
export const calling = (command: Command): Command =>
  command
    .addOption(new Option('--api <url>', 'the API').env('FTM_API_URL').makeOptionMandatory())
    .addOption(
      new Option('--api-key <key>', 'key of the API; better in the environment')
        .env('FTM_API_KEY')
        .makeOptionMandatory(),
    );

export const clientOf = ({ api, apiKey }: ApiOptions): FtmClient =>
  createFtmClient({ baseUrl: api, apiKey, retries: 3 });

/** What the API refuses, or that it does not answer, is one line for the caller. */
export async function refusable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FtmRefused || error instanceof FtmUnreachable)
      throw new CannotRun(error.message, { cause: error });
    throw error;
  }
}
