import { Inject, Injectable } from '@nestjs/common';
import { ConsoleSettings } from '../config.ts';
import { titleOfEffect } from '../domain/describe-event.ts';
import { findMissing } from '../domain/missing.ts';
import { recordUrl, type ZohoWeb } from '../domain/record-links.ts';
import { tellStory } from '../domain/story.ts';
import { traceIdOf } from '../domain/trace-id.ts';
import { errors } from '../errors.ts';
import { listsOf, type OpsAnswer, OpsGateway } from '../gateways/ops.gateway.ts';
import { DeadLetterRepository } from '../storage/dead-letter.repository.ts';
import { PaymentRepository } from '../storage/payment.repository.ts';
import { hopsMax, StoryRepository } from '../storage/story.repository.ts';
import type { AttemptView, EffectsView, EffectView, StoryView } from '../views.ts';

/** Payments of an order whose effects are asked for at most. */
const subjectsMax = 8;

type RawAttempt = Omit<AttemptView, 'traceId'> & { readonly traceparent: string | null };
type RawEffect = Omit<EffectView, 'attempts' | 'service' | 'title'> & {
  readonly attempts: readonly RawAttempt[];
};

/** Puts together what the topics told and what the services know of one order. */
@Injectable()
export class ReadStory {
  readonly #tenant: string;
  readonly #zohoWeb: ZohoWeb;

  constructor(
    private readonly stories: StoryRepository,
    private readonly payments: PaymentRepository,
    private readonly deadLetters: DeadLetterRepository,
    private readonly ops: OpsGateway,
    @Inject(ConsoleSettings) settings: ConsoleSettings,
  ) {
    this.#tenant = settings.tenant;
    this.#zohoWeb = {
      books: settings.zohoBooksWebUrl,
      inventory: settings.zohoInventoryWebUrl,
      crm: settings.zohoCrmWebUrl,
      desk: settings.zohoDeskWebUrl,
    };
  }

  /** @throws PermanentFailure PAYMENT_NOT_SEEN. */
  async ofPayment(paymentId: string): Promise<StoryView> {
    const orderId = await this.payments.orderOf(this.#tenant, paymentId);
    if (orderId === undefined) throw errors.failure('PAYMENT_NOT_SEEN');
    return await this.ofOrder(orderId);
  }

  /** @throws PermanentFailure ORDER_NOT_SEEN. */
  async ofOrder(orderId: string): Promise<StoryView> {
    const [order, payments, records, runs] = await Promise.all([
      this.stories.order(this.#tenant, orderId),
      this.payments.ofOrder(this.#tenant, orderId),
      this.stories.references(this.#tenant, orderId),
      this.stories.runs(this.#tenant, orderId),
    ]);
    const refundIds = records.filter(({ kind }) => kind === 'refund').map(({ value }) => value);
    const paymentIds = payments.flatMap(({ paymentId }) => paymentId ?? []);
    const ids = [orderId, ...paymentIds, ...refundIds];
    const [hops, letters] = await Promise.all([
      this.stories.hops(this.#tenant, ids),
      this.deadLetters.linkedTo(this.#tenant, ids),
    ]);
    if (order === null && hops.length === 0 && letters.length === 0) {
      throw errors.failure('ORDER_NOT_SEEN');
    }
    const entries = tellStory(hops.slice(0, hopsMax), letters);
    const missing = findMissing({ entries, runs });
    const references = records.map(({ kind, value }) => ({
      kind,
      value,
      url: recordUrl(kind, value, this.#zohoWeb),
    }));
    const isCut = hops.length > hopsMax;
    return { orderId, order, payments, references, runs, entries, missing, isCut };
  }

  /** Effects whose subject is the order or one of its payments, oldest first. */
  async effectsOf(orderId: string): Promise<EffectsView> {
    const payments = await this.payments.ofOrder(this.#tenant, orderId);
    const paymentIds = payments.flatMap(({ paymentId }) => paymentId ?? []);
    const subjects = [orderId, ...paymentIds].slice(0, subjectsMax);
    const answers = await Promise.all(subjects.map((subject) => this.#effectsOfSubject(subject)));
    const { rows, unanswered } = listsOf<RawEffect>(answers.flat());
    const effects = new Map(rows.map((row) => [`${row.service} ${row.key}`, effectView(row)]));
    const silent = new Map(unanswered.map((one) => [one.service, one]));
    return {
      effects: [...effects.values()].toSorted((left, right) =>
        left.plannedAt.localeCompare(right.plannedAt),
      ),
      unanswered: [...silent.values()],
    };
  }

  async #effectsOfSubject(subject: string): Promise<readonly OpsAnswer[]> {
    return await this.ops.askAll(`/ops/effects?subject=${encodeURIComponent(subject)}&limit=200`);
  }
}

function effectView(row: RawEffect & { readonly service: string }): EffectView {
  const { service, key, kind, effectClass, state, code, detail } = row;
  const { plannedAt, finishedAt, dueAt } = row;
  const attempts = row.attempts.map(({ traceparent, ...attempt }): AttemptView => {
    const { step, act, startedAt, outcome, request, reply } = attempt;
    const ended = { finishedAt: attempt.finishedAt, code: attempt.code, detail: attempt.detail };
    return {
      step,
      act,
      startedAt,
      outcome,
      request,
      reply,
      ...ended,
      traceId: traceIdOf(traceparent),
    };
  });
  const said = { title: titleOfEffect(kind), effectClass, state, code, detail };
  return { service, key, kind, ...said, plannedAt, finishedAt, dueAt, attempts };
}
