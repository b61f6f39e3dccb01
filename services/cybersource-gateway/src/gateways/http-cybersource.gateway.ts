import { createSecretKey } from 'node:crypto';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@sluice/clock';
import { NotExecuted, Rejected } from '@sluice/effects';
import { HttpNotSent, type HttpClient, type HttpReply } from '@sluice/outbound-http';
import { signCall, type HttpSigner } from '../domain/http-signature.ts';
import { asList, asObject, objectAt, textOf, type JsonObject } from '../domain/json-fields.ts';
import { readFoundTransaction } from '../domain/found-transaction.ts';
import { readTransaction, type Transaction } from '../domain/transaction.ts';
import { errors } from '../errors.ts';
import { CybersourceGateway, type PaymentCall, type RefundCall } from './cybersource.gateway.ts';
import { amountBody, paymentBody, referenceBody } from './request-body.ts';

/** How to reach Cybersource, and as whom. */
export interface CybersourceAccess {
  /** Scheme, host and port. */
  readonly baseUrl: string;
  /** Host that the signature names; empty for the host of the base URL. */
  readonly signedHost: string;
  readonly merchantId: string;
  readonly keyId: string;
  /** Base64. */
  readonly sharedSecret: string;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The path without ids, for spans. */
  readonly route: string;
  readonly body?: JsonObject;
  readonly accept?: string;
}

const retryAfterMsDefault = 5_000;
const retryAfterMsUnauthorised = 30_000;

/** Cybersource over its REST API, with its HTTP Signature. */
export class HttpCybersourceGateway extends CybersourceGateway implements OnApplicationShutdown {
  private readonly signer: HttpSigner;

  constructor(
    private readonly http: HttpClient,
    private readonly access: CybersourceAccess,
    private readonly clock: Clock,
  ) {
    super();
    this.signer = {
      merchantId: access.merchantId,
      keyId: access.keyId,
      secret: createSecretKey(Buffer.from(access.sharedSecret, 'base64')),
      host: access.signedHost === '' ? new URL(access.baseUrl).host : access.signedHost,
    };
  }

  /** Requests under way end first. */
  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  override async createPayment(call: PaymentCall): Promise<Transaction> {
    const path = '/pts/v2/payments';
    return await this.perform({ method: 'POST', path, route: path, body: paymentBody(call) });
  }

  override async refund(call: RefundCall): Promise<Transaction> {
    const { kind, transactionId } = call.capturedBy;
    const transaction = await this.perform({
      method: 'POST',
      path: `/pts/v2/${kind}s/${encodeURIComponent(transactionId)}/refunds`,
      route: `/pts/v2/${kind}s/{id}/refunds`,
      body: {
        clientReferenceInformation: referenceBody(call.reference),
        orderInformation: { amountDetails: amountBody(call.amount) },
      },
    });
    // The answer names no parent; only a payment is known to be the root of its chain.
    const rootId = kind === 'payment' ? transactionId : '';
    return { ...transaction, rootId: transaction.rootId || rootId };
  }

  override async findByReference(code: string): Promise<readonly Transaction[]> {
    const found = await this.read({
      method: 'POST',
      path: '/tss/v2/searches',
      route: '/tss/v2/searches',
      body: {
        save: false,
        name: 'sluice',
        timezone: 'GMT',
        query: `clientReferenceInformation.code:${code}`,
        offset: 0,
        limit: 20,
        sort: 'submitTimeUtc:asc',
      },
    });
    const summaries = asList(objectAt(found, '_embedded')['transactionSummaries']);
    const transactions: Transaction[] = [];
    for (const summary of summaries) {
      const id = textOf(asObject(summary)['id']);
      const detail = await this.read({
        method: 'GET',
        path: `/tss/v2/transactions/${encodeURIComponent(id)}`,
        route: '/tss/v2/transactions/{id}',
      });
      transactions.push(readFoundTransaction(detail, this.clock.now()));
    }
    return transactions;
  }

  override async fetchBatchDetailReport(reportDate: string): Promise<string | undefined> {
    const query = new URLSearchParams({
      organizationId: this.access.merchantId,
      reportDate,
      reportName: 'PaymentBatchDetailReport',
    });
    const route = '/reporting/v3/report-downloads';
    const path = `${route}?${query.toString()}`;
    const reply = await this.send({ method: 'GET', path, route, accept: 'text/csv' });
    if (reply.status === 404) return undefined;
    if (reply.status === 200) return reply.text;
    throw errors.failure('SETTLEMENT_REPORT_UNAVAILABLE', {
      detail: `Cybersource answered ${reply.status} to the request for the settlement report.`,
    });
  }

  /** A call that moves money. */
  private async perform(call: Call): Promise<Transaction> {
    const reply = await this.send(call).catch((error: unknown) => {
      if (!(error instanceof HttpNotSent)) throw error;
      throw new NotExecuted(error.message, { cause: error, retryAfterMs: retryAfterMsDefault });
    });
    if (reply.status === 201) return this.transactionIn(reply);
    if (reply.status === 401 || reply.status === 403) {
      throw new NotExecuted(`Cybersource refused our signature with ${reply.status}.`, {
        retryAfterMs: retryAfterMsUnauthorised,
      });
    }
    if (reply.status === 429) {
      throw new NotExecuted('Cybersource asked us to slow down.', {
        retryAfterMs: retryAfterMsOf(reply),
      });
    }
    if (reply.status === 400 || reply.status === 404) throw refusalIn(reply);
    throw unknownOutcome(`Cybersource answered ${reply.status}.`);
  }

  private transactionIn(reply: HttpReply): Transaction {
    const transaction = readTransaction(jsonOf(reply), this.clock.now());
    if (transaction.id !== '') return transaction;
    throw unknownOutcome('Cybersource answered 201 without a transaction.');
  }

  /** A call that only reads. */
  private async read(call: Call): Promise<JsonObject> {
    const reply = await this.send(call);
    if (reply.status === 200 || reply.status === 201) return jsonOf(reply);
    throw unknownOutcome(`Cybersource answered ${reply.status} to a look-up.`);
  }

  private async send(call: Call): Promise<HttpReply> {
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    const signed = signCall(this.signer, {
      method: call.method,
      pathAndQuery: call.path,
      date: this.clock.now(),
      ...body,
    });
    return await this.http.request({
      method: call.method,
      url: `${this.access.baseUrl.replace(/\/$/, '')}${call.path}`,
      route: `${call.method} ${call.route}`,
      headers: {
        ...signed,
        accept: call.accept ?? 'application/hal+json',
        'content-type': 'application/json',
      },
      ...body,
    });
  }
}

function jsonOf(reply: HttpReply): JsonObject {
  try {
    return asObject(JSON.parse(reply.text));
  } catch (error) {
    throw unknownOutcome(`Cybersource answered ${reply.status} with something unreadable.`, error);
  }
}

/** A refusal for good, unless it says that the same call was seen before. */
function refusalIn(reply: HttpReply): Error {
  const body = jsonOf(reply);
  const reason = textOf(body['reason']);
  const message = textOf(body['message']);
  const fields = asList(body['details']).map((detail) => textOf(asObject(detail)['field']));
  const isSeen =
    reason === 'DUPLICATE_REQUEST' || fields.includes('clientReferenceInformation.transactionId');
  if (isSeen) return unknownOutcome('Cybersource has seen this call before.');
  if (reason === '')
    return unknownOutcome(`Cybersource answered ${reply.status} without a reason.`);
  const named = fields.filter((field) => field !== '').slice(0, 5);
  const detail = named.length === 0 ? message : `${message} (${named.join(', ')})`;
  return new Rejected(reason, detail);
}

function unknownOutcome(detail: string, cause?: unknown): Error {
  return errors.failure('CYBERSOURCE_OUTCOME_UNKNOWN', { detail, cause });
}

function retryAfterMsOf(reply: HttpReply): number {
  const seconds = Number(reply.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : retryAfterMsDefault;
}
