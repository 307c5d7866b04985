import process from 'node:process';
import { createCommands } from './commands.ts';
import { inLanes } from './lanes.ts';

const node = (code: string): [command: string, args: readonly string[]] => [process.execPath, ['-e', code]];
const FOR_EVER = 'setInterval(() => undefined, 1000)';

describe('commands', () => {
  it('tell how they ended, and what they said', async () => {
    const { run } = createCommands();
    const [command, args] = node("console.log('out'); console.error(process.env.HINT); process.exitCode = 3");
    const { code, output } = await run(command, args, { HINT: 'err' }, false);
    expect(code).toBe(3);
    expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('that run are ended by `killAll`, and none is started after it', async () => {
    const { run, killAll } = createCommands();
    const running = run(...node(FOR_EVER), {}, false);
    killAll();
    expect((await running).code).not.toBe(0);
    expect(await run(...node("console.log('late')"), {}, false)).toEqual({ code: 130, output: '' });
  });

  it('in lanes: what waits for its turn when all is ended never starts', async () => {
    const { run, killAll } = createCommands();
    const said: string[] = [];
    const lane = (name: string, code: string) => ({
      name,
      run: async () => {
        const { code: exit, output } = await run(...node(code), {}, false);
        return { ok: exit === 0, output };
      },
    });
    const all = [
      lane('runs', FOR_EVER),
      ...['next', 'last'].map((name) => lane(name, "console.log('late')")),
    ];
    const done = inLanes(all, 1, (line) => said.push(line.replace(/\(.* s\)/, '(s)')));
    killAll();
    await done;
    expect(said).toEqual(['FAIL runs (s)', '', 'FAIL next (s)', '', 'FAIL last (s)', '']);
  });
});
