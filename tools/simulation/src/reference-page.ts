import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@sluice/local-stack';
import { faultsPage } from './faults/fault-table.ts';
import { invariants } from './invariants.ts';
import { plants } from './plants.ts';

/** Where the page stands. */
export const pageFile = join(repositoryRoot, 'docs/reference/simulation.md');

const head = `# Simulation

Written by \`npm run simulate -- --write\`; nothing here is edited by hand.

\`npm run simulate -- --seeds 1000\` tells one history per seed: five processes run the real outbox, relays, inbox, consumer
groups, parking, effects, rate budget, HTTP client and the payment, refund and notification slices of cybersource-gateway,
against PostgreSQL, the in-memory broker and two third parties with ledgers of their own. Time is virtual, and every answer,
timer and fault comes in an order that follows from the seed. After half a minute of faults everything heals; when nothing is
left to do the database's clock jumps by two hours and old messages come once more. Then a checker that shares no code with the
product reads ledgers, tables and topics.

A seed that breaks an invariant is printed with the command that replays it; \`--history\` prints every step. Seed 0 is the
canary: an entry disappears from a ledger at its end, and a run in which that is not noticed fails. \`npm run simulate -- --help\`
lists the options, \`--json\` prints \`{seeds, from, violations: [{seed, invariant, detail}], durationMs, faultsInjected, digest,
canaryCaught}\`. [How it is made](../decisions/0014-simulation-below-the-driver.md).
`;

/** The whole page. */
export function page(): string {
  const promises = Object.entries(invariants).map(([number, text]) => `| ${number} | ${text} |`);
  const bugs = plants.map(({ name, what, caughtBy }) => {
    const broken = caughtBy.invariants.join(', ');
    return `| \`${name}\` | ${what} | ${caughtBy.seed} | ${broken} |`;
  });
  return `${[
    head,
    `## Invariants\n\n| number | promise |\n|---|---|\n${promises.join('\n')}\n`,
    faultsPage(),
    `## Planted bugs\n\nEach is an edit of the source on its way into the simulation's bundle; the product has no switch for it, and a\nplant whose text is not found any more fails the run. \`npm run simulate -- --plant NAME\` plants it.\n\n| bug | what is wrong | seed that caught it | invariants it broke |\n|---|---|---|---|\n${bugs.join('\n')}`,
  ].join('\n')}\n`;
}

/** Writes the page. */
export function writePage(): void {
  writeFileSync(pageFile, page());
}
