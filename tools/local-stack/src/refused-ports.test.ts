import { describe, expect, it } from 'vitest';
import { isRefusedByFetch } from './refused-ports.ts';

const all = Array.from({ length: 65_535 }, (_, index) => index + 1);

/** What `fetch` says of a port before it would connect. */
async function faultOf(port: number): Promise<unknown> {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) });
    return undefined;
  } catch (error) {
    return (error as Error).cause;
  }
}

describe('isRefusedByFetch', () => {
  it('names ports that fetch refuses', async () => {
    const refused = all.filter(isRefusedByFetch);

    const faults = await Promise.all(refused.map(faultOf));

    expect(refused.length).toBeGreaterThan(80);
    for (const fault of faults) expect(fault).toMatchObject({ message: 'bad port' });
  });

  it('leaves out the ports of the table and what systems hand out', () => {
    for (const port of [80, 443, 3000, 4000, 4111, 5432, 8080, 9092, 32_768, 65_535]) {
      expect(isRefusedByFetch(port)).toBe(false);
    }
  });
});
