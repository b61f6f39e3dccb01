import { loadSettings } from '@sluice/config';
import { describe, expect, it } from 'vitest';
import { ConsoleSettings } from './config.ts';

const environment = {
  DATABASE_URL: 'postgres://console@127.0.0.1/db',
  KAFKA_BROKERS: '127.0.0.1:9092',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081',
  OPS_TOKEN: 'operator-token-for-tests',
};

describe('ConsoleSettings', () => {
  it('listens on a loopback address by default', () => {
    expect(loadSettings(ConsoleSettings, environment).httpHost).toBe('127.0.0.1');
  });

  it.each(['0.0.0.0', '::', '10.0.0.5', 'console.example'])(
    'refuses to listen on %s without a login',
    (HTTP_HOST) => {
      expect(() => loadSettings(ConsoleSettings, { ...environment, HTTP_HOST })).toThrow(
        /HTTP_HOST.*no login/,
      );
    },
  );

  it('listens elsewhere when that is asked for by name', () => {
    const settings = loadSettings(ConsoleSettings, {
      ...environment,
      HTTP_HOST: '0.0.0.0',
      CONSOLE_INSECURE: 'true',
    });

    expect(settings.httpHost).toBe('0.0.0.0');
  });

  it('refuses an address of Zoho that a browser would take for a program', () => {
    const ZOHO_DESK_WEB_URL = 'javascript:alert(1)';

    expect(() => loadSettings(ConsoleSettings, { ...environment, ZOHO_DESK_WEB_URL })).toThrow(
      /ZOHO_DESK_WEB_URL/,
    );
  });

  it('refuses services that are no list of names and addresses', () => {
    expect(() => loadSettings(ConsoleSettings, { ...environment, SERVICES: 'a=ftp://x' })).toThrow(
      /SERVICES/,
    );
  });
});
