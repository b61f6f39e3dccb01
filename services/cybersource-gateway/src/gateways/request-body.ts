import { formatDecimal, type Money } from '@sluice/money';
import type { BillTo, CallReference, CardToken, PaymentCall } from './cybersource.gateway.ts';

type Body = Readonly<Record<string, unknown>>;

/** Body of `POST /pts/v2/payments`. */
export function paymentBody(call: PaymentCall): Body {
  return {
    clientReferenceInformation: referenceBody(call.reference),
    processingInformation: { capture: call.isCaptureRequested },
    ...tokenBody(call.token),
    orderInformation: {
      amountDetails: amountBody(call.amount),
      billTo: billToBody(call.billTo),
    },
    ...(call.ipAddress === '' ? {} : { deviceInformation: { ipAddress: call.ipAddress } }),
  };
}

/** Our references in a call. */
export function referenceBody(reference: CallReference): Body {
  return {
    code: reference.code,
    transactionId: reference.merchantTransactionId,
    comments: reference.comments,
  };
}

/** An amount as Cybersource takes it: a decimal string. */
export function amountBody(amount: Money): Body {
  return { totalAmount: formatDecimal(amount), currency: amount.currency };
}

function tokenBody(token: CardToken): Body {
  switch (token.type) {
    case 'customer':
      return { paymentInformation: { customer: { id: token.id } } };
    case 'payment_instrument':
      return { paymentInformation: { paymentInstrument: { id: token.id } } };
    case 'instrument_identifier':
      return { paymentInformation: { instrumentIdentifier: { id: token.id } } };
    case 'transient':
      return {
        tokenInformation: token.id.includes('.')
          ? { transientTokenJwt: token.id }
          : { jti: token.id },
      };
  }
}

function billToBody(billTo: BillTo): Body {
  const words = billTo.fullName.trim().split(/\s+/);
  const firstName = words.length > 1 ? words.slice(0, -1).join(' ') : '';
  const [address1 = '', address2 = ''] = billTo.addressLines;
  const fields = {
    firstName: firstName.slice(0, 60),
    lastName: (words.at(-1) ?? '').slice(0, 60),
    email: billTo.email,
    address1: address1.slice(0, 60),
    address2: address2.slice(0, 60),
    country: billTo.country,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}
