import { describe, expect, it } from 'vitest';
import { help, OptionRefused, parseStormOptions } from './storm-options.ts';

describe('parseStormOptions', () => {
  it('has a default for everything', () => {
    expect(parseStormOptions([], 42)).toMatchObject({
      stormMs: 600_000,
      healMsMax: 180_000,
      seed: 42,
      isJson: false,
    });
  });

  it('reads minutes, seed and the way to print', () => {
    const options = parseStormOptions(['--minutes', '0.5', '--seed', '7', '--json'], 42);

    expect(options).toMatchObject({ stormMs: 30_000, seed: 7, isJson: true });
  });

  it.each([
    [['--minutes', 'many']],
    [['--minutes', '0']],
    [['--seed', '-1']],
    [['--seed', '']],
    [['--wind', '12']],
  ])('refuses %j', (args) => {
    expect(() => parseStormOptions(args, 1)).toThrow(OptionRefused);
  });

  it('explains every option', () => {
    for (const name of ['minutes', 'seed', 'heal', 'order-every', 'json', 'keep', 'help']) {
      expect(help).toContain(`--${name}`);
    }
  });
});
