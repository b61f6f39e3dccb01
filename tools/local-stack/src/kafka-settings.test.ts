import { describe, expect, it } from 'vitest';
import { nodeSettings } from './kafka-settings.ts';

const ports = [
  { port: 1, controllerPort: 11 },
  { port: 2, controllerPort: 12 },
  { port: 3, controllerPort: 13 },
];

describe('nodeSettings', () => {
  it('keeps one copy of everything on a broker that is alone', () => {
    const text = nodeSettings(ports.slice(0, 1), { index: 0, dataFolder: '/data' });

    expect(text).toContain('\ndefault.replication.factor=1\nmin.insync.replicas=1\n');
    expect(text).toContain('\ncontroller.quorum.voters=1@127.0.0.1:11\n');
    expect(text).not.toContain('broker.session.timeout.ms');
  });

  it('keeps three copies in a cluster, and waits for two of them', () => {
    const text = nodeSettings(ports, { index: 1, dataFolder: '/data' });

    expect(text).toContain('\nnode.id=2\n');
    expect(text).toContain(
      '\ncontroller.quorum.voters=1@127.0.0.1:11,2@127.0.0.1:12,3@127.0.0.1:13\n',
    );
    expect(text).toContain('\nlisteners=PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:12\n');
    expect(text).toContain('\ndefault.replication.factor=3\nmin.insync.replicas=2\n');
    expect(text).toContain('\noffsets.topic.replication.factor=3\n');
    expect(text).toContain('\nbroker.session.timeout.ms=3000\n');
  });
});
