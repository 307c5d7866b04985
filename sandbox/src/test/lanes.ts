export interface Lane {
  readonly name: string;
  /** Name of one before it in the list, which must have ended first. */
  readonly after?: string;
  run(): Promise<{ readonly ok: boolean; readonly output: string; readonly detail?: string }>;
}

/** Runs all of them in order, so many at a time; says of each how long it took, and of one that failed its output. */
export async function inLanes(
  all: readonly Lane[],
  lanes: number,
  say: (line: string) => void,
): Promise<void> {
  const started = new Map<string, Promise<void>>();
  const next = all[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (const each of next) {
      const running = runOne(each, started.get(each.after ?? ''), say);
      started.set(each.name, running);
      await running;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function runOne(
  { name, run }: Lane,
  before: Promise<void> | undefined,
  say: (line: string) => void,
): Promise<void> {
  await before;
  const started = performance.now();
  const { ok, output, detail } = await run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)${detail === undefined ? '' : `: ${detail}`}`);
  if (!ok) say(output);
}
