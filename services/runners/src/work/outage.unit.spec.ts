import { LogUnavailable } from '@ftm/event-log/event-log';
import { OrchestratorUnavailable } from '@ftm/orchestrator/client';
import { outageOf } from './outage.ts';

describe('an error of a job', () => {
  it('is an outage when a part is away, or that is its cause', () => {
    expect(outageOf(new OrchestratorUnavailable('timeout', 'no answer'))).toBe('no answer');
    const error = new Error('no instance took the call', { cause: new LogUnavailable('claiming', 500) });
    expect(outageOf(error)).toContain('claiming');
  });

  it('is none when the program is wrong', () => {
    expect(outageOf(new TypeError('x is undefined'))).toBeUndefined();
    expect(outageOf('thrown')).toBeUndefined();
  });
});
