import { describe, expect, it } from 'vitest';
import { parseBenchOptions } from './options.ts';

const known = ['path-3hop', 'ingress-http'];

describe('the command line of bench', () => {
  it('measures everything five times when nothing is said', () => {
    expect(parseBenchOptions([], known)).toEqual({
      isHelp: false,
      names: known,
      isJson: false,
      isWritten: false,
      isProfiled: false,
      events: undefined,
      rounds: 5,
    });
  });

  it('takes names and options in any order', () => {
    const options = parseBenchOptions(['--events', '200', 'path-3hop', '--json'], known);
    expect(options).toMatchObject({ names: ['path-3hop'], isJson: true, events: 200 });
  });

  it('profiles one round when nothing else is said', () => {
    expect(parseBenchOptions(['--profile'], known)).toMatchObject({ isProfiled: true, rounds: 1 });
    expect(parseBenchOptions(['--profile', '--rounds', '3'], known).rounds).toBe(3);
  });

  it.each([
    [['hop'], 'no benchmark named hop'],
    [['--events', '0'], '--events takes a whole number from 1'],
    [['--rounds', '1e3'], 'not "1e3"'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j and says why', (args, reason) => {
    expect(() => parseBenchOptions(args, known)).toThrow(reason);
  });
});
