import { PassThrough } from 'node:stream';
import { runWithContext } from './context.ts';
import { createLogger, type Logger } from './logger.ts';

/** What a logger writes, line by line. */
async function written(log: (logger: Logger) => void): Promise<Record<string, unknown>[]> {
  const stream = new PassThrough();
  log(createLogger({ service: 'test', instance: 'test-1', stream }));
  await new Promise((resolve) => setImmediate(resolve));
  const text = String(stream.read() ?? '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a line of the log', () => {
  it('says what was logged, whatever its fields are called', async () => {
    const fields = {
      message: 'the field',
      msg: 'm',
      level: 'debug',
      time: 't',
      service: 's',
      instance: 'i',
      tenant: 'another',
      at: 1,
    };
    const [line] = await written((logger) =>
      runWithContext({ tenant: 'acme' }, () => logger.warn('the job queue says', fields)),
    );
    expect(line).toMatchObject({
      level: 'warn',
      msg: 'the job queue says',
      service: 'test',
      instance: 'test-1',
      tenant: 'acme',
      field_message: 'the field',
      field_msg: 'm',
      field_level: 'debug',
      field_time: 't',
      field_service: 's',
      field_instance: 'i',
      field_tenant: 'another',
      at: 1,
    });
    expect(Date.parse(String(line?.['time']))).not.toBeNaN();
    expect(line).not.toHaveProperty('message');
  });
  it('keeps the name of a field that nobody else has', async () => {
    const [line] = await written((logger) => logger.info('taken', { tenant: 'acme' }));
    expect(line).toMatchObject({ msg: 'taken', tenant: 'acme' });
  });
  it('hides secrets in a field that was renamed, too', async () => {
    const [line] = await written((logger) => logger.error('no', { message: 'Bearer abcdefghijklmnop' }));
    expect(line?.['field_message']).toBe('Bearer [redacted]');
  });
});
