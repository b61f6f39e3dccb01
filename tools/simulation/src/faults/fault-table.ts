import type { FaultFamily } from './fate.ts';

const what: Readonly<Record<FaultFamily, string>> = {
  kill: 'a process dies, also at the very moment a call returns to it, and is started again',
  standstill: 'a process stands still for up to 45 s, past every lease, and goes on',
  rebalance: 'members come and go',
  'database cut':
    'a connection breaks before a statement, or after it: after a commit too; a statement takes seconds',
  'database outage': 'the server is away for seconds and every connection with it',
  'broker fault':
    'a publish is refused, written in part, written and not acknowledged, written late; a commit of offsets is refused',
  'broker outage': 'nothing can be published or committed for seconds',
  'third party before': 'connection refused, 429, 5xx, reset or time-out before anything happened',
  'third party after': '5xx, reset or time-out after the call was executed',
  'third party odd':
    'HTML with 200 after the call was executed, a redirect to a foreign host, an answer that takes seconds',
  handler: 'a handler throws now and then, always for one key, or for good',
  poison: 'no Avro, an unknown schema, one byte, a tombstone, a header of a megabyte, no headers',
  duplicates: 'requests, notifications, commands and messages come up to twelve times',
  clock: 'the wall clock of a process jumps by up to ten minutes',
  sender: 'notifications come late and in any order, a fifth never; some are forged',
  'long transaction': 'a transaction that has appended stays open for up to 24 s',
};

/** The faults, for the reference page. */
export function faultsPage(): string {
  const rows = Object.entries(what).map(([family, text]) => `| ${family} | ${text} |`);
  return `## Faults\n\nEach seed has some of these; searches of both third parties lag by six seconds in all of them.\n\n| family | what happens |\n|---|---|\n${rows.join('\n')}\n`;
}
