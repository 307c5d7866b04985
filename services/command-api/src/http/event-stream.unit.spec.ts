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
        0,
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
        0,
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
});
