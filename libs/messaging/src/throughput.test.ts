import { describe, expect, it } from 'vitest';
import { Throughput } from './throughput.ts';

describe('Throughput', () => {
  it('tells the rate since its start while that is less than a minute ago', () => {
    let nowMs = 1_000;
    const throughput = new Throughput(() => nowMs);
    throughput.add(30);
    nowMs += 10_000;
    throughput.add(10);

    expect(throughput.perSecond()).toBe(4);
  });

  it('forgets what is more than a minute old, however quiet it was since', () => {
    let nowMs = 0;
    const throughput = new Throughput(() => nowMs);
    throughput.add(6_000);
    nowMs = 30_000;
    expect(throughput.perSecond()).toBe(200);

    nowMs = 90_000;

    expect(throughput.perSecond()).toBe(0);
  });
});
