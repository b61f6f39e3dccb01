import { describe, expect, it } from 'vitest';
import { embeddedParts, parseStartOptions, startHelp, wantedPorts } from './start-options.ts';
import { serviceTable } from './service-table.ts';

describe('parseStartOptions', () => {
  it('starts everything on the ports of the table by default', () => {
    const options = parseStartOptions([], {});

    expect(options).toMatchObject({ isDemoWanted: true, isDetached: false, isJson: false });
    expect(options.ports).toMatchObject({ console: 4000, 'shop-twin': 4103, kafka: 4192 });
    expect(options.services).toHaveLength(serviceTable.length);
  });

  it('takes every port from its option', () => {
    const options = parseStartOptions(['--console-port', '5000', '--kafka-port=5001'], {});

    expect(options.ports).toMatchObject({ console: 5000, kafka: 5001 });
  });

  it('names a port that is none', () => {
    expect(() => parseStartOptions(['--console-port', '70000'], {})).toThrow(
      '--console-port must be a port from 1 to 65535, and is 70000',
    );
  });

  it('refuses a port on which an HTTP server cannot be reached', () => {
    for (const option of ['--console-port', '--zipkin-port', '--registry-port']) {
      expect(() => parseStartOptions([option, '6000'], {})).toThrow(
        `${option} is 6000, a port that browsers and \`fetch\` refuse to open`,
      );
    }
  });

  it('lets servers that do not speak HTTP have such a port', () => {
    const options = parseStartOptions(['--kafka-port', '6000', '--postgres-port', '5060'], {});

    expect(options.ports).toMatchObject({ kafka: 6000, postgres: 5060 });
  });

  it('points an unknown option to the help', () => {
    expect(() => parseStartOptions(['--prot', '1'], {})).toThrow(/--prot.*npm start -- --help/);
  });

  it('names services that do not exist', () => {
    expect(() => parseStartOptions(['--services', 'console,shop'], {})).toThrow(
      '--services names shop; there are console,',
    );
  });
});

describe('wantedPorts', () => {
  it('leaves out the ports of servers that run already', () => {
    const options = parseStartOptions(['--services', 'none'], {
      DATABASE_URL: 'postgres://u@db/x',
      KAFKA_BROKERS: 'broker:9092',
    });

    expect(embeddedParts(options)).toEqual(['zipkin', 'registry']);
    expect(wantedPorts(options).map(({ name }) => name)).toEqual(['zipkin', 'registry']);
  });
});

describe('startHelp', () => {
  it('lists an option for every port', () => {
    const help = startHelp();

    for (const port of serviceTable.flatMap((entry) => entry.ports)) {
      expect(help).toContain(`--${port.name}-port PORT`);
    }
  });
});
