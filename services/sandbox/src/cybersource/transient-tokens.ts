import { createHmac, randomUUID } from 'node:crypto';
import { textAt } from '../json.ts';
import type { CybersourceContext } from './context.ts';
import { missingField } from './refusals.ts';
import { identifyCard } from './tokens.ts';

/** What a browser gets for a card: good for one quarter of an hour. */
export interface TransientToken {
  readonly id: string;
  readonly instrumentIdentifierId: string;
  readonly expiresAt: string;
}

const lifeMs = 15 * 60 * 1000;

/** Turns card data into a transient token (a JWT whose `jti` names the card). */
export function createTransientToken(context: CybersourceContext, body: unknown): string {
  const number =
    textAt(body, 'paymentInformation.card.number') ?? textAt(body, 'data.number') ?? undefined;
  if (number === undefined) throw missingField('paymentInformation.card.number');
  const { identifier } = identifyCard(context, number);
  const expiresAt = new Date(context.now().getTime() + lifeMs);
  const jti = randomUUID().replaceAll('-', '').toUpperCase();
  context.ledger.put('transient-tokens', jti, {
    id: jti,
    instrumentIdentifierId: identifier.id,
    expiresAt: expiresAt.toISOString(),
  });
  const claims = {
    iss: 'Flex/08',
    exp: Math.floor(expiresAt.getTime() / 1000),
    type: 'mf-2.0.0',
    iat: Math.floor(context.now().getTime() / 1000),
    jti,
    content: { paymentInformation: { card: { number: { maskedValue: identifier.maskedNumber } } } },
  };
  const unsigned = [{ alg: 'HS256', kid: '08' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const mark = createHmac('sha256', context.key.secret).update(unsigned).digest('base64url');
  return `${unsigned}.${mark}`;
}
