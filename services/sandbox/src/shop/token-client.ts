import { signedHeaders, type SigningKey } from '../cybersource/http-signature.ts';
import { textAt, type Json } from '../json.ts';

/**
 * Turns a test card into a customer token at the Cybersource twin. In a real shop the browser does
 * this, so the shop never sees the number; here the shop twin plays the browser too.
 */
export async function tokenizeCard(
  access: { baseUrl: string; key: SigningKey },
  card: { number: string; email: string; reference: string },
): Promise<string> {
  const identifier = await post(access, '/tms/v1/instrumentidentifiers', {
    card: { number: card.number },
  });
  const customer = await post(access, '/tms/v2/customers', {
    buyerInformation: { email: card.email },
    clientReferenceInformation: { code: card.reference },
  });
  const customerId = textAt(customer, 'id') ?? '';
  await post(access, `/tms/v2/customers/${customerId}/payment-instruments`, {
    default: true,
    card: { expirationMonth: '12', expirationYear: '2031' },
    instrumentIdentifier: { id: textAt(identifier, 'id') },
  });
  return customerId;
}

async function post(
  { baseUrl, key }: { baseUrl: string; key: SigningKey },
  target: string,
  content: Json,
): Promise<Json> {
  const body = JSON.stringify(content);
  const host = new URL(baseUrl).host;
  const { host: _host, ...headers } = signedHeaders({ method: 'POST', target, host, body }, key);
  const response = await fetch(baseUrl + target, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as Json;
  if (!response.ok) throw new Error(`the token service answered ${response.status}`);
  return answer;
}
