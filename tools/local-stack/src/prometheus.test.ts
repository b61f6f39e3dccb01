import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repositoryRoot } from './folders.ts';
import { serviceTable } from './service-table.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

interface RulesFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
}

interface ScrapeFile {
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly static_configs: readonly {
      readonly targets: readonly string[];
      readonly labels: { readonly service: string };
    }[];
  }[];
}

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');
const rules = parse(read('deploy/prometheus/alerts.yaml')) as RulesFile;
const scrape = parse(read('deploy/prometheus/prometheus.yaml')) as ScrapeFile;
const guide = read('docs/guides/operate-messaging.md');
const alerts = rules.groups.flatMap((group) => group.rules);
const metrics = [
  ...read('docs/reference/metrics.md').matchAll(/^\| `(sluice_[a-z_]+)` \| (\w+) \|/gm),
].map(([, name = '', kind = '']) => ({ name, kind }));

/** The series that a scrape shows for a metric. */
function seriesOf({ name, kind }: { name: string; kind: string }): readonly string[] {
  if (kind === 'counter') return [`${name}_total`];
  return kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

/** The numbered steps under the alert's heading in the guide. */
function stepsOf(alert: string): readonly string[] {
  const [, section = ''] = guide.split(`\n### ${alert}\n`);
  const [own = ''] = section.split(/\n#{2,3} /);
  return own.split('\n').filter((line) => /^\d\. /.test(line));
}

describe('deploy/prometheus', () => {
  it('scrapes every service that has messaging, at its own port', () => {
    const expected = serviceTable
      .filter(({ hasDatabase }) => hasDatabase)
      .map(({ name, ports: [{ port }] }) => [name, `127.0.0.1:${port}`]);

    const targets = scrape.scrape_configs[0]!.static_configs.map(({ labels, targets }) => [
      labels.service,
      ...targets,
    ]);

    expect(targets).toEqual(expected);
    expect(scrape.rule_files).toEqual(['alerts.yaml']);
  });

  it('asks only for series that the services show', () => {
    const shown = new Set(metrics.flatMap(seriesOf));

    const asked = alerts.flatMap(({ expr }) => expr.match(/sluice_[a-z_]+/g) ?? []);

    expect(asked.length).toBeGreaterThan(alerts.length);
    expect(asked.filter((series) => !shown.has(series))).toEqual([]);
  });

  it('names every alert once, and says how bad it is and what is wrong', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    const silent = alerts.filter(
      ({ labels, annotations }) =>
        !['page', 'ticket'].includes(labels.severity) ||
        !/\{\{ \$(?:labels|value)/.test(annotations.summary),
    );
    expect(silent).toEqual([]);
  });

  it.each(alerts)('has the first three steps of $alert in the guide', ({ alert, labels }) => {
    expect(stepsOf(alert)).toHaveLength(3);
    expect(guide).toContain(`| [${alert}](#${alert.toLowerCase()}) | ${labels.severity} |`);
  });
});

describe('docs/guides/operate-messaging.md', () => {
  it('explains every metric of the messaging core', () => {
    const ofMessaging =
      /^sluice_(?:consumer|parked|quarantined|oldest_parked|inbox|outbox|effects)/;

    const unexplained = metrics
      .filter(({ name }) => ofMessaging.test(name))
      .filter(({ name }) => !guide.includes(`| \`${name}\` |`));

    expect(unexplained).toEqual([]);
  });

  it('asks only for series that the services show', () => {
    const shown = new Set(metrics.flatMap((metric) => [metric.name, ...seriesOf(metric)]));

    const asked = guide.match(/sluice_[a-z_]+/g) ?? [];

    expect(asked.filter((series) => !shown.has(series))).toEqual([]);
  });
});
