import { Command, Option } from 'commander';
import process from 'node:process';
import { CannotRun } from '../cannot-run.ts';
import { acting, operating, type OperatorOptions } from '../operator-options.ts';
import { count, paint, progressBar, say, sayJson, table } from '../output.ts';
import { operatorsOf } from '../settings.ts';

interface Page {
  readonly keyEncryptionKey: string;
  readonly keys: number;
  readonly wrappedBy: Readonly<Record<string, number>>;
  readonly rewrapped: number;
  readonly failed: readonly {
    readonly tenantId: string;
    readonly keyId: string;
    readonly wrappedBy: string;
  }[];
  readonly next: string | null;
}

export function rewrapCommand(): Command {
  return operating(
    acting(
      new Command('rewrap')
        .description(
          'wrap every data key with the first key of FTM_KEY_FILE; objects stay as they are. May be stopped and repeated. Exit code 1: some are wrapped by another key still',
        )
        .addOption(new Option('--dry-run', 'only count how many each key-encryption key wraps')),
    ),
  ).action(async (options: OperatorOptions & { dryRun?: boolean }) => {
    const bar = progressBar(options.dryRun === true ? 'counting' : 'wrapping anew', 'keys');
    const all = {
      keys: 0,
      rewrapped: 0,
      wrappedBy: new Map<string, number>(),
      failed: [] as Page['failed'][number][],
    };
    let keyEncryptionKey = '';
    for (let after: string | null | undefined; after !== null;) {
      const page = await ask(options, after);
      ({ keyEncryptionKey, next: after } = page);
      all.keys += page.keys;
      all.rewrapped += page.rewrapped;
      all.failed.push(...page.failed);
      for (const [key, times] of Object.entries(page.wrappedBy))
        all.wrappedBy.set(key, (all.wrappedBy.get(key) ?? 0) + times);
      bar.tell(all.keys, Number.NaN, all.keys);
    }
    bar.end();
    const others = all.keys - (all.wrappedBy.get(keyEncryptionKey) ?? 0);
    if (options.json === true)
      sayJson({ ...all, wrappedBy: Object.fromEntries(all.wrappedBy), keyEncryptionKey });
    else {
      say(
        table(
          ['key-encryption key', 'data keys', ''],
          [...all.wrappedBy].map(([key, times]) => [
            key,
            count(times),
            key === keyEncryptionKey ? 'wraps new ones' : '',
          ]),
        ),
      );
      if (options.dryRun !== true) say(`${count(all.rewrapped)} were wrapped anew.`);
      for (const { tenantId, keyId, wrappedBy } of all.failed)
        say(paint('red', `${tenantId}: ${keyId} is wrapped by ${wrappedBy}, which is not in the file`));
    }
    process.exitCode = others === 0 ? 0 : 1;
  });
}

/** The first of the ports that has the route: runners have the keys, the projector has not. */
async function ask(
  options: OperatorOptions & { dryRun?: boolean },
  after: string | undefined,
): Promise<Page> {
  const body = {
    actor: options.actor,
    dryRun: options.dryRun === true,
    ...(after === undefined ? {} : { after }),
  };
  for (const operator of operatorsOf(options)) {
    const page = await operator.post('/keys/rewrap', body);
    if (page !== null) return page as Page;
  }
  throw new CannotRun('none of --operator has data keys: name the health port of a runner');
}
