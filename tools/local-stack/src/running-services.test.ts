import { describe, expect, it } from 'vitest';
import { startPatiently } from './running-services.ts';

/** A service whose starts fail with these messages, one after the other, and then succeed. */
function serviceThatFails(...messages: string[]): { start(): Promise<void>; starts: number } {
  return {
    starts: 0,
    async start(): Promise<void> {
      const message = messages[this.starts];
      this.starts += 1;
      if (message !== undefined) throw new Error(message);
      await Promise.resolve();
    },
  };
}

const down = 'example ended at once. Its last words: DependencyDown: the registry does not answer';

describe('startPatiently', () => {
  it('starts a service again while a server does not answer', async () => {
    const service = serviceThatFails(down, down);

    await startPatiently(service, () => false);

    expect(service.starts).toBe(3);
  });

  it('gives up after three starts', async () => {
    const service = serviceThatFails(down, down, down, down);

    await expect(startPatiently(service, () => false)).rejects.toThrow('does not answer');
    expect(service.starts).toBe(3);
  });

  it('does not repeat what another start cannot mend, nor a start that is given up', async () => {
    const misset = serviceThatFails('HTTP_PORT must be a port');
    const stopped = serviceThatFails(down);

    await expect(startPatiently(misset, () => false)).rejects.toThrow('HTTP_PORT');
    await expect(startPatiently(stopped, () => true)).rejects.toThrow('does not answer');
    expect([misset.starts, stopped.starts]).toEqual([1, 1]);
  });
});
