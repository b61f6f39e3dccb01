import { describe, expect, it } from 'vitest';
import { JsonLogger } from './json-logger.ts';

describe('JsonLogger', () => {
  function linesOf(write: (logger: JsonLogger) => void): unknown[] {
    const lines: unknown[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    write(new JsonLogger('a-service', 'info', destination));
    return lines;
  }

  it('writes a stack only where there is one', () => {
    const [without, given] = linesOf((logger) => {
      logger.error('no stack', undefined, 'Consumer');
      logger.error('a stack', 'Error: a stack\n    at here', 'Consumer');
    });

    expect(without).not.toHaveProperty('stack');
    expect(without).toMatchObject({ msg: 'no stack', logger: 'Consumer', service: 'a-service' });
    expect(given).toMatchObject({ stack: 'Error: a stack\n    at here', logger: 'Consumer' });
  });

  it('takes card numbers out of the finished line', () => {
    const [line] = linesOf((logger) => logger.log({ message: 'card 4111111111111111' }));

    expect(JSON.stringify(line)).not.toContain('4111111111111111');
  });
});
