import { createAbsentCommands } from './absent-commands.ts';

const nothing = async (): Promise<readonly string[]> => [];

/** A look-up that ends when it is told to. */
function held(found: readonly string[] = []) {
  let end: () => void = () => undefined;
  const asked = new Promise<readonly string[]>((resolve) => {
    end = () => resolve(found);
  });
  return { ask: () => asked, end };
}

describe('commands that are known not to be in the log', () => {
  it('are those that a look-up did not find', async () => {
    const absent = createAbsentCommands();
    expect(absent.has('a')).toBe(false);
    expect(await absent.lookFor('a', nothing)).toEqual([]);
    expect(await absent.lookFor('b', async () => ['event'])).toEqual(['event']);
    expect(['a', 'b'].map(absent.has)).toEqual([true, false]);
  });

  it('are absent no more once they are written', async () => {
    const absent = createAbsentCommands();
    await absent.lookFor('a', nothing);
    absent.written('a');
    expect(absent.has('a')).toBe(false);
  });

  it('are not those that were written while they were looked for', async () => {
    const absent = createAbsentCommands();
    const slow = held();
    const looking = absent.lookFor('a', slow.ask);
    absent.written('a');
    slow.end();
    expect(await looking).toEqual([]);
    expect(absent.has('a')).toBe(false);
  });

  it('are not told by an old answer, whatever was asked after it', async () => {
    const absent = createAbsentCommands();
    const [old, newer] = [held(), held(['event'])];
    const first = absent.lookFor('a', old.ask);
    absent.written('a');
    const second = absent.lookFor('a', newer.ask);
    old.end();
    await first;
    expect(absent.has('a')).toBe(false);
    newer.end();
    await second;
    expect(absent.has('a')).toBe(false);
  });

  it('are not told by a look-up that failed', async () => {
    const absent = createAbsentCommands();
    const failing = absent.lookFor('a', async () => {
      throw new Error('the journal is away');
    });
    await expect(failing).rejects.toThrow('away');
    expect(absent.has('a')).toBe(false);
  });

  it('are forgotten, oldest first, past their number', async () => {
    const absent = createAbsentCommands(2);
    for (const id of ['a', 'b', 'c']) await absent.lookFor(id, nothing);
    expect(['a', 'b', 'c'].map(absent.has)).toEqual([false, true, true]);
  });
});
