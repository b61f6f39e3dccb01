import { Inject, Injectable } from '@nestjs/common';
import type { GroupStatus } from '@sluice/messaging';
import { EventStrategy } from '@sluice/messaging';
import { OutboxRelay } from '@sluice/outbox';
import { EVENT_STRATEGY, Readiness } from '@sluice/service-host';
import { type OpsAnswer, OpsGateway } from '../gateways/ops.gateway.ts';
import type { ConsumerView, HealthView, ServiceHealthView } from '../views.ts';

/** Asks every service how it stands, this one included. */
@Injectable()
export class ReadHealth {
  constructor(
    private readonly ops: OpsGateway,
    private readonly readiness: Readiness,
    private readonly relay: OutboxRelay,
    @Inject(EVENT_STRATEGY) private readonly strategy: EventStrategy,
  ) {}

  async read(): Promise<HealthView> {
    const [own, ready, consumers, outboxes] = await Promise.all([
      this.#own(),
      this.ops.askAll('/readyz'),
      this.ops.askAll('/ops/consumers'),
      this.ops.askAll('/ops/outbox'),
    ]);
    const others = ready.map((answer, index) =>
      healthOf(answer, consumers[index], outboxes[index]),
    );
    const services = [...others, own].toSorted((left, right) =>
      left.service.localeCompare(right.service),
    );
    return { services };
  }

  async #own(): Promise<ServiceHealthView> {
    const { isReady, checks } = await this.readiness.report();
    return {
      service: 'console',
      isReady,
      unanswered: null,
      checks,
      consumers: this.strategy.describe().map(consumerView),
      outboxAgeMs: this.relay.oldestUnpublishedAgeMs(),
      heldKeys: 0,
    };
  }
}

/** The health of one service from its three answers; any of them may be missing. */
export function healthOf(
  ready: OpsAnswer,
  consumers: OpsAnswer | undefined,
  outbox: OpsAnswer | undefined,
): ServiceHealthView {
  const { service } = ready;
  const status = bodyOf(outbox) as { oldestUnpublishedAgeMs?: number; heldKeys?: unknown[] } | null;
  const groups = bodyOf(consumers);
  return {
    service,
    isReady: 'status' in ready && ready.status === 200,
    unanswered: 'reason' in ready ? ready.reason : null,
    checks: 'reason' in ready ? {} : checksOf(ready.body),
    consumers: Array.isArray(groups) ? (groups as GroupStatus[]).map(consumerView) : [],
    outboxAgeMs: status?.oldestUnpublishedAgeMs ?? null,
    heldKeys: status?.heldKeys?.length ?? null,
  };
}

function bodyOf(answer: OpsAnswer | undefined): unknown {
  if (answer === undefined || 'reason' in answer || answer.status !== 200) return null;
  return answer.body;
}

function checksOf(body: unknown): Readonly<Record<string, string>> {
  return (body as { checks?: Readonly<Record<string, string>> } | null)?.checks ?? {};
}

function consumerView(status: GroupStatus): ConsumerView {
  const { group, isReady, trouble, partitions, parkedKeys } = status;
  return {
    group,
    isReady,
    trouble: trouble ?? null,
    lag: partitions.reduce((sum, { lag }) => sum + lag, 0),
    oldestAgeMs: Math.max(0, ...partitions.map(({ oldestAgeMs }) => oldestAgeMs)),
    parkedKeys,
  };
}
