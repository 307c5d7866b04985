import { createCalmLogger } from './calm-logger.ts';
import type { Logger } from './logger.ts';

function calm() {
  const lines: unknown[] = [];
  const tell =
    (level: string) =>
    (message: string, fields?: unknown): void =>
      void lines.push([level, message, fields]);
  const logger: Logger = {
    error: tell('error'),
    warn: tell('warn'),
    info: tell('info'),
    debug: tell('debug'),
  };
  let at = 0;
  return {
    lines,
    logger: createCalmLogger(logger, 60_000, () => at),
    pass: (ms: number): void => {
      at += ms;
    },
  };
}

describe('a calm logger', () => {
  it('says once, and then every minute, what comes thousands of times', () => {
    const { lines, logger, pass } = calm();
    for (let times = 0; times < 1501; times += 1) {
      logger.error('Connection: connect ECONNREFUSED 127.0.0.1:9092');
      pass(100);
    }
    expect(lines).toEqual([
      ['error', 'Connection: connect ECONNREFUSED 127.0.0.1:9092', {}],
      ['error', 'Connection: connect ECONNREFUSED 127.0.0.1:9092', { times: 600 }],
      ['error', 'Connection: connect ECONNREFUSED 127.0.0.1:9092', { times: 600 }],
    ]);
  });
  it('takes messages that differ in numbers alone for the same', () => {
    const { lines, logger } = calm();
    logger.warn('partition 1 waits 20 ms');
    logger.warn('partition 2 waits 4000 ms');
    expect(lines).toHaveLength(1);
  });
  it('says what is new, or is worse, at once', () => {
    const { lines, logger } = calm();
    logger.warn('Connection timeout');
    logger.error('Connection timeout');
    logger.error('SASL authentication failed', { broker: 'b' });
    logger.error('SASL authentication failed', { broker: 'b', error: new Error('no such user') });
    expect(lines).toHaveLength(4);
    expect(lines.at(2)).toEqual(['error', 'SASL authentication failed', { broker: 'b' }]);
  });
  it('says it again at once after a quiet minute', () => {
    const { lines, logger, pass } = calm();
    logger.warn('Connection timeout');
    pass(60_000);
    logger.warn('Connection timeout');
    expect(lines).toHaveLength(2);
    expect(lines.at(-1)).toEqual(['warn', 'Connection timeout', {}]);
  });
});
