import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsInt, Max, MinLength } from 'class-validator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ServiceSettings,
  Setting,
  SettingsFailure,
  describeSettings,
  loadSettings,
} from './index.ts';

class SampleSettings extends ServiceSettings {
  @Setting('SAMPLE_RETRIES', { doc: 'Retries, at most 9.', default: 3 })
  @IsInt()
  @Max(9)
  retries: number;

  @Setting('SAMPLE_KEY', { doc: 'A key.', secret: true })
  @MinLength(4)
  key: string;

  @Setting('SAMPLE_FLAG', { doc: 'A switch.', default: false })
  flag: boolean;
}

const complete = {
  HTTP_PORT: '4010',
  DATABASE_URL: 'postgres://role:pw@127.0.0.1/db',
  KAFKA_BROKERS: '127.0.0.1:9092',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081',
  OPS_TOKEN: 'a-token-of-sixteen-or-more',
  SAMPLE_KEY: 'abcd',
};

describe('loadSettings', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads numbers, switches, texts and defaults, and freezes the result', () => {
    const settings = loadSettings(SampleSettings, { ...complete, SAMPLE_FLAG: 'true' });

    expect(settings).toMatchObject({ httpPort: 4010, retries: 3, flag: true, tenant: 'demo' });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('reads a secret from the file that NAME_FILE names', () => {
    const path = join(folder, 'key');
    writeFileSync(path, 'from-file\n');

    const settings = loadSettings(SampleSettings, {
      ...complete,
      SAMPLE_KEY: undefined,
      SAMPLE_KEY_FILE: path,
    });

    expect(settings.key).toBe('from-file');
  });

  it('lists every fault at once and shows no secret', () => {
    const environment = {
      ...complete,
      HTTP_PORT: 'many',
      SAMPLE_RETRIES: '10',
      SAMPLE_KEY: 'xyz',
      KAFKA_BROKERS: '',
    };

    let failure: unknown;
    try {
      loadSettings(SampleSettings, environment);
    } catch (error) {
      failure = error;
    }

    expect(failure).toBeInstanceOf(SettingsFailure);
    const { faults, message } = failure as SettingsFailure;
    expect(faults).toHaveLength(4);
    expect(message).toMatch(/HTTP_PORT must be a number/);
    expect(message).toMatch(/KAFKA_BROKERS is missing/);
    expect(message).toMatch(/SAMPLE_RETRIES: retries must not be greater than 9/);
    expect(message).not.toContain('xyz');
  });
});

describe('describeSettings', () => {
  it('lists the settings of the base class first', () => {
    const names = describeSettings(SampleSettings).map((setting) => setting.name);

    expect(names[0]).toBe('HTTP_HOST');
    expect(names.at(-1)).toBe('SAMPLE_FLAG');
  });
});
