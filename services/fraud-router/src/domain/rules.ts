import { conditionOf, templateOf, YamlFile, type YamlEntry } from '@sluice/mapping';
import { type Facts, factsShape } from './facts.ts';

/** One rule, compiled. */
export interface Rule {
  readonly name: string;
  /** Added to the score where the rule applies; below zero it speaks for the customer. */
  readonly points: number;
  applies(facts: Facts): boolean;
  /** One sentence for the person who decides. */
  reason(facts: Facts): string;
}

/** A rule file, compiled. */
export interface RuleSet {
  readonly name: string;
  readonly version: number;
  readonly rules: readonly Rule[];
}

const pointsMax = 100;

/**
 * Reads and compiles a rule file.
 * @throws DocumentRejected with every fault, each with line and column; the file is refused whole.
 */
export function parseRules(text: string, file: string): RuleSet {
  const yaml = new YamlFile(file, text);
  const head = yaml.record(yaml.root, 'A rule file', ['rules', 'version', 'list']);
  const name = yaml.text(head.get('rules')?.value, 'rules') ?? '';
  const version = yaml.wholeNumber(head.get('version')?.value, 'version', 1) ?? 0;
  const names = new Set<string>();
  const rules = yaml.items(head.get('list')?.value, 'list').flatMap((item) => {
    const entries = yaml.record(item, 'A rule', ['name', 'when', 'points', 'reason']);
    const rule = compileRule(yaml, entries);
    if (rule === undefined) return [];
    if (names.has(rule.name)) yaml.fault(item, `There is a rule ${rule.name} already`);
    names.add(rule.name);
    return [rule];
  });
  if (rules.length === 0) yaml.fault(head.get('list')?.value, 'A rule file needs a rule');
  yaml.refuseIfFaulty();
  return { name, version, rules };
}

function compileRule(yaml: YamlFile, entries: ReadonlyMap<string, YamlEntry>): Rule | undefined {
  const name = yaml.text(entries.get('name')?.value, 'name');
  const points = yaml.wholeNumber(entries.get('points')?.value, 'points', -pointsMax);
  const applies = conditionOf(yaml, entries.get('when')?.value, factsShape);
  const reason = templateOf(yaml, entries.get('reason')?.value, factsShape);
  if (points !== undefined && points > pointsMax) {
    yaml.fault(entries.get('points')?.value, `points are at most ${pointsMax}`);
  }
  if (name === undefined || points === undefined || !applies || !reason) return undefined;
  return {
    name,
    points,
    applies: (facts) => applies({ ...facts }),
    reason: (facts) => reason({ ...facts }).trim(),
  };
}
