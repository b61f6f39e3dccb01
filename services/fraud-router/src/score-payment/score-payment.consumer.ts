import { Controller, Inject } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { Consume, type Delivery, type EventRecord } from '@sluice/messaging';
import { Inbox, Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource, type EntityManager } from 'typeorm';
import type { Facts } from '../domain/facts.ts';
import { caseOpened } from '../domain/open-case.ts';
import type { RuleSet } from '../domain/rules.ts';
import { scorePayment } from '../domain/score.ts';
import { errors } from '../errors.ts';
import { RULES } from '../rules-token.ts';
import { FraudCaseRepository } from '../storage/fraud-case.repository.ts';
import { HistoryRepository } from '../storage/history.repository.ts';

type Review = EventRecord<'sluice.payments.v1.PaymentReviewRequested'>;

const group = 'fraud-router.score-payment';
/** Attempts that wait for the order; the next one scores without it. */
const attemptsForOrder = 3;

/**
 * Scores payments that Cybersource holds and opens one case for each.
 *
 * May run more than once for an event: the inbox makes a repetition a no-op, and a payment keeps
 * its one case whatever arrives later.
 */
@Controller()
export class ScorePaymentConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
    private readonly history: HistoryRepository,
    private readonly cases: FraudCaseRepository,
    private readonly clock: Clock,
    @Inject(RULES) private readonly rules: RuleSet,
  ) {}

  /** The order comes on another topic and may be a moment late: a few attempts wait for it. */
  @Consume({
    topic: 'payments.v1',
    group,
    types: ['sluice.payments.v1.PaymentReviewRequested'],
    attemptsMax: 6,
  })
  async handle(
    deliveries: readonly Delivery<'sluice.payments.v1.PaymentReviewRequested'>[],
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      for (const { event, attempt } of await this.inbox.fresh(tx, group, deliveries)) {
        await this.score(tx, event as Review, attempt);
      }
    });
  }

  private async score(tx: EntityManager, review: Review, attempt: number): Promise<void> {
    const order = await this.history.orderOf(tx, review.tenant, review.data.orderId);
    if (!order.isKnown && attempt <= attemptsForOrder) throw errors.failure('ORDER_NOT_SEEN_YET');
    const facts: Facts = {
      payment: paymentFacts(review),
      history: await this.history.historyBefore(tx, review),
      order,
    };
    const score = scorePayment(facts, this.rules);
    const openedAtMicros = this.clock.nowMicros();
    const event = caseOpened(review, { score, rules: this.rules, openedAtMicros });
    await this.history.addOutcomes(tx, [review]);
    if (await this.cases.open(tx, event)) await this.outbox.append(tx, [event]);
  }
}

function paymentFacts({ data }: Review): Facts['payment'] {
  const { risk } = data;
  return {
    amount: { minor: data.amount.minor, currency: data.amount.currency },
    providerScore: risk?.score ?? null,
    factorCodes: [...(risk?.factorCodes ?? [])],
    reasonText: data.reasonText,
    ipAddress: risk?.ipAddress ?? '',
    billingCountry: risk?.billingCountry ?? '',
    shippingCountry: risk?.shippingCountry ?? '',
    cardBrand: data.cardBrand,
  };
}
