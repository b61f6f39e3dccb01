import { DocumentRejected } from '@sluice/mapping';
import { describe, expect, it } from 'vitest';
import { parseRules } from './rules.ts';

const text = `rules: r
version: 1
list:
  - name: one
    when: history.captured == 0
    points: 5
    reason: 'First payment of {history.email}'
`;

function faultsOf(document: string): string {
  try {
    parseRules(document, 'r.yaml');
    return '';
  } catch (error) {
    if (error instanceof DocumentRejected) return error.message;
    throw error;
  }
}

describe('parseRules', () => {
  it('reads a rule file', () => {
    expect(parseRules(text, 'r.yaml')).toMatchObject({ name: 'r', version: 1 });
  });

  it.each([
    ['history.captured', 'history.captcha', 'r.yaml:5:11 history.captcha: history has no captcha'],
    ['history.captured == 0', 'history.captured ==', 'r.yaml:5:'],
    ['history.captured == 0', 'shop.id == 1', 'r.yaml:5:11 shop.id: facts has no shop'],
    ['{history.email}', '{history.mail}', 'r.yaml:7:31 history.mail: history has no mail'],
    ['points: 5', 'points: 500', 'r.yaml:6:13 points are at most 100'],
    ['points: 5', 'points: many', 'r.yaml:6:13 points must be a whole number'],
    ['points: 5', 'weight: 5', 'r.yaml:6:5 A rule knows no weight'],
    ['version: 1', 'version: 0', 'r.yaml:2:10 version must be'],
  ])('refuses a file with %s → %s at its line and column', (before, after, fault) => {
    expect(faultsOf(text.replace(before, after))).toContain(fault);
  });

  it('refuses two rules of one name', () => {
    const rule = text.slice(text.indexOf('  - name'));

    expect(faultsOf(text + rule)).toContain('There is a rule one already');
  });

  it('refuses a file without rules', () => {
    expect(faultsOf('rules: r\nversion: 1\nlist: []\n')).toContain('needs a rule');
  });
});
