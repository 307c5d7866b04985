import { eventStream } from './event-stream.ts';

const event = (id: number) => ({ id, type: 'Told', data: { id } });

async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of stream) text += part;
  return text;
}

describe('a stream of events', () => {
  it('tells what has happened, and that it has ended', async () => {
    const text = await textOf(
      eventStream(
        { tenant: 'acme', from: 0 },
        async (after) => ({ events: after === 0 ? [event(1)] : [], ended: true }),
        async () => undefined,
      ),
    );
    expect(text).toContain('id: 1\nevent: Told');
    expect(text).toContain('event: end');
  });

  it('ends, without saying that all is over, when its listener may listen no longer', async () => {
    let allowed = true;
    const text = await textOf(
      eventStream(
        { tenant: 'acme', from: 0 },
        async (after) => {
          allowed = after < 2;
          return { events: [event(after + 1)], ended: false };
        },
        async () => {
          if (!allowed) throw new Error('revoked');
        },
      ),
    );
    expect(text).toContain('id: 3\n');
    expect(text).not.toContain('id: 4\n');
    expect(text).not.toContain('event: end');
  });

  it('has places for one tenant while another has taken all of its own', async () => {
    const listen = (tenant: string) =>
      eventStream(
        { tenant, from: 0 },
        async () => ({ events: [], ended: false }),
        async () => undefined,
      )[Symbol.asyncIterator]();
    const loud = Array.from({ length: 50 }, () => listen('loud'));
    await Promise.all(loud.map((each) => each.next()));
    expect(() => listen('loud')).toThrow('too many clients listen here');
    const quiet = listen('quiet');
    expect(await quiet.next()).toMatchObject({ done: false });
    for (const each of [quiet, ...loud]) await each.return?.();
    expect(() => listen('loud')).not.toThrow();
  });
});
