import { setTimeout as pause } from 'node:timers/promises';
import type { ManagedProcess } from '@sluice/local-stack';
import type { FaultKind, PlannedFault, Targets } from './fault-plan.ts';
import type { FaultHand } from './fault-runner.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { ForeignMembers } from './foreign-members.ts';
import { seededRandom } from './random.ts';
import type { StormStack } from './storm-stack.ts';
import { thirdPartyHands } from './third-party-hands.ts';

/** Services whose consumers a second replica may join. */
const consumers = [
  'canonical-mapper',
  'workflow-engine',
  'zoho-gateway',
  'cybersource-gateway',
  'commerce-gateway',
  'fraud-router',
  'reconciliation',
];

/** What a storm can hit in a stack. */
export function targetsOf(stack: StormStack): Targets {
  return {
    services: stack.serviceNames(),
    consumers,
    lines: stack.everyProxy().map(({ name }) => name),
    brokers: stack.proxies.brokers.map(({ name }) => name),
    canFillDisk: stack.walDisk.whyImpossible === undefined,
  };
}

/** Names of lines that lead to a third party. */
const thirdPartyOf: Readonly<Partial<Record<string, string>>> = {
  Zoho: 'zoho',
  Cybersource: 'cybersource',
  shop: 'shop',
};

/** One trouble at a time for a service, a line or a third party; one broker and one Postgres of all at a time. */
export function claimOf({ kind, target }: PlannedFault): string {
  if (kind === 'kill-broker' || kind === 'freeze-broker') return 'a broker';
  if (kind === 'kill-postgres' || kind === 'disk-full') return 'the Postgres server';
  if (kind === 'rebalance') return `groups of ${target}`;
  // A call that a line held back and a third party then delayed would end later than anyone waits for it.
  if (kind.endsWith('connections') || kind === 'swallow-answers') {
    return thirdPartyOf[target] ?? `line ${target}`;
  }
  if (kind === 'webhook-trouble' || kind === 'revoked-tokens') return `${kind} ${target}`;
  if (kind === 'outcome-unknown' || kind === 'third-party-down') return target;
  return `service ${target}`;
}

/** How each kind of fault is done to a stack. */
export function faultHands(
  stack: StormStack,
  members: ForeignMembers,
): Readonly<Record<FaultKind, FaultHand>> {
  return {
    ...processHands(stack),
    ...lineHands(stack),
    ...thirdPartyHands(stack.twins),
    rebalance: async ({ target, lastMs }) => await members.visit(target, lastMs),
    'disk-full': async ({ lastMs }) => {
      await stack.walDisk.fill();
      await pause(lastMs);
      await stack.walDisk.empty();
      // Postgres gives up when its log cannot grow, and is started again when there is room.
      await stack.supervision.keep(stack.postgres());
    },
  };
}

type ProcessKind =
  | 'kill-service'
  | 'freeze-service'
  | 'freeze-past-lease'
  | 'kill-replica'
  | 'kill-broker'
  | 'freeze-broker'
  | 'kill-postgres';

function processHands(stack: StormStack): Readonly<Record<ProcessKind, FaultHand>> {
  const brokerOf = (name: string): ManagedProcess => {
    const index = stack.proxies.brokers.findIndex((proxy) => proxy.name === name);
    const broker = stack.servers.brokers[index];
    if (broker === undefined) throw new Error(`There is no ${name}.`);
    return broker.process;
  };
  const kill = async (program: ManagedProcess, downMs: number): Promise<void> => {
    await program.kill('SIGKILL');
    await pause(downMs);
    await stack.supervision.keep(program);
  };
  return {
    'kill-service': async ({ target, lastMs }) => await kill(stack.service(target), lastMs),
    'freeze-service': async ({ target, lastMs }) => await freeze(stack.service(target), lastMs),
    'freeze-past-lease': async ({ target, lastMs }) => {
      await stack.replicas.add(target);
      await freeze(stack.service(target), lastMs);
      await pause(1_000);
      await stack.replicas.remove(target, 'SIGTERM');
    },
    'kill-replica': async ({ target, lastMs, seed }) => {
      await stack.replicas.add(target);
      await pause(lastMs);
      await stack.replicas.remove(target, seed % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
    },
    'kill-broker': async ({ target, lastMs }) => await kill(brokerOf(target), lastMs),
    'freeze-broker': async ({ target, lastMs }) => await freeze(brokerOf(target), lastMs),
    'kill-postgres': async ({ lastMs }) => await kill(stack.postgres(), lastMs),
  };
}

async function freeze(program: ManagedProcess, lastMs: number): Promise<void> {
  await program.kill('SIGSTOP');
  await pause(lastMs);
  await program.kill('SIGCONT');
}

type LineKind =
  | 'cut-connections'
  | 'stall-connections'
  | 'swallow-answers'
  | 'refuse-connections'
  | 'slow-connections';

const slowMs = { min: 20, max: 250 };

function lineHands(stack: StormStack): Readonly<Record<LineKind, FaultHand>> {
  const lineOf = ({ target }: PlannedFault): FaultProxy => {
    const line = stack.everyProxy().find(({ name }) => name === target);
    if (line === undefined) throw new Error(`There is no line to ${target}.`);
    return line;
  };
  const during = async (fault: PlannedFault, begin: (line: FaultProxy) => void): Promise<void> => {
    const line = lineOf(fault);
    begin(line);
    await pause(fault.lastMs);
    line.pass();
  };
  return {
    'cut-connections': async (fault) => {
      const random = seededRandom(fault.seed);
      const share = random.next();
      lineOf(fault).cut(() => random.next() < share);
      await pause(0);
    },
    'stall-connections': async (fault) => await during(fault, (line) => line.hold('everything')),
    'swallow-answers': async (fault) => {
      const line = lineOf(fault);
      line.hold('answers');
      await pause(fault.lastMs);
      line.cut();
      line.pass();
    },
    'refuse-connections': async (fault) => await during(fault, (line) => line.refuse()),
    'slow-connections': async (fault) => {
      const delayMs = seededRandom(fault.seed).between(slowMs.min, slowMs.max);
      await during(fault, (line) => line.slow(delayMs));
    },
  };
}
