import { describe, expect, it } from 'vitest';
import { type CpuProfile, framesOf } from './cpu-profile.ts';
import { flameSvg } from './flame-svg.ts';

function node(id: number, functionName: string, children: readonly number[] = []) {
  const url = functionName.startsWith('(') ? '' : 'file:///app/dist/main.js';
  return { id, children, callFrame: { functionName, url, lineNumber: id } };
}

const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', [2, 5]),
    node(2, 'relay', [3, 4]),
    node(3, 'read'),
    node(4, 'send'),
    node(5, '(idle)'),
  ],
  samples: [4, 4, 4, 4, 3, 4, 3, 5, 2],
  timeDeltas: [500, 500, 500, 500, 30, 40, 20, 1_000, 10],
};

describe('a flame graph', () => {
  it('adds up time from callees to callers, without idle time and the first half', () => {
    const root = framesOf([profile]);
    const relay = root.callees.get('relay main.js:3');

    expect(root.micros).toBe(100);
    expect([...root.callees.keys()]).toEqual(['relay main.js:3']);
    expect(relay?.micros).toBe(100);
    expect([...(relay?.callees.values() ?? [])].map(({ micros }) => micros)).toEqual([50, 40]);
  });

  it('makes one of equal paths in several profiles', () => {
    expect(framesOf([profile, profile]).callees.get('relay main.js:3')?.micros).toBe(200);
  });

  it('draws each frame as wide as its share and tells it', () => {
    const svg = flameSvg(framesOf([profile]), 'a < b');

    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('<title>read main.js:4 – 50.0 %</title>');
    expect(svg).toContain('x="10.0" y="74" width="590.0"');
  });
});
