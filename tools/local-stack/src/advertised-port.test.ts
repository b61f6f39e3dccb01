import { describe, expect, it } from 'vitest';
import { nodeSettings } from './kafka-settings.ts';

const node = { index: 0, dataFolder: '/data' };

describe('nodeSettings with a proxy', () => {
  it('tells clients the port that the broker listens on', () => {
    const settings = nodeSettings([{ port: 9000, controllerPort: 9001 }], node);

    expect(settings).toContain('listeners=PLAINTEXT://127.0.0.1:9000,');
    expect(settings).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:9000\n');
  });

  it('tells clients the port of a proxy in front of the broker', () => {
    const ports = [{ port: 9000, controllerPort: 9001, advertisedPort: 9100 }];

    const settings = nodeSettings(ports, node);

    expect(settings).toContain('listeners=PLAINTEXT://127.0.0.1:9000,');
    expect(settings).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:9100\n');
  });
});
