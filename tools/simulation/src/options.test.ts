import { describe, expect, it } from 'vitest';
import { OptionsRejected, parseSimulateOptions } from './options.ts';

const plants = ['no-epoch'];

describe('parseSimulateOptions', () => {
  it('takes 200 seeds and no plant when nothing is said', () => {
    const options = parseSimulateOptions([], plants);

    expect(options).toMatchObject({ seeds: 200, from: undefined, plant: undefined, isJson: false });
    expect(options.workers).toBeGreaterThan(0);
  });

  it('reads the seeds to run', () => {
    const options = parseSimulateOptions(['--seeds', '1', '--from', '0', '--json'], plants);

    expect(options).toMatchObject({ seeds: 1, from: 0, isJson: true });
  });

  it('takes a plant by its name, or all', () => {
    expect(parseSimulateOptions(['--plant', 'no-epoch'], plants).plant).toBe('no-epoch');
    expect(parseSimulateOptions(['--plant', 'all'], plants).plant).toBe('all');
  });

  it.each([
    [['--seeds', '0']],
    [['--seeds', 'many']],
    [['--from', '-1']],
    [['--workers', '1000']],
    [['--plant', 'nonsense']],
    [['--nonsense']],
  ])('refuses %j', (args) => {
    expect(() => parseSimulateOptions(args, plants)).toThrow(OptionsRejected);
  });
});
