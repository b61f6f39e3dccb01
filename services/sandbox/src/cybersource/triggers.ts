import type { Refusal } from './records.ts';

/** How a payment ends before it is authorised, and what Decision Manager says of it. */
export interface Decision {
  readonly status: string;
  readonly refusal?: Refusal;
  readonly risk?: Record<string, unknown>;
}

const declined = (reason: string, message: string): Decision => ({
  status: 'DECLINED',
  refusal: { reason, message: `Decline - ${message}` },
});

const insufficient = declined('INSUFFICIENT_FUND', 'Insufficient funds in the account.');
const expired = declined('EXPIRED_CARD', 'Expired card.');
const lost = declined('STOLEN_LOST_CARD', 'Stolen or lost card.');
const general = declined('GENERAL_DECLINE', 'General decline by the processor.');
const processor = declined('PROCESSOR_DECLINED', 'General decline of the card by the issuer.');
const unauthorized = declined('UNAUTHORIZED_CARD', 'The card is not authorised for this use.');
const invalidAccount = declined('INVALID_ACCOUNT', 'Invalid account number.');
const limit = declined('EXCEEDS_CREDIT_LIMIT', 'The card has reached the credit limit.');

const risk = (score: string, decision: string, factors: readonly string[]): object => ({
  profile: { name: 'Standard profile' },
  score: { result: score, factorCodes: factors, modelUsed: 'default' },
  rules: [{ name: 'E-mail address on the review list', decision }],
  infoCodes: { velocity: ['VEL-ADDR'], address: ['MM-BIN'] },
  casePriority: decision === 'REVIEW' ? '3' : '1',
  localTime: '12:00:00',
});

const review: Decision = {
  status: 'AUTHORIZED_PENDING_REVIEW',
  refusal: {
    reason: 'DECISION_PROFILE_REVIEW',
    message: 'The order is marked for review by Decision Manager',
  },
  risk: { ...risk('72', 'REVIEW', ['H', 'V', 'F']) },
};

const profileReject: Decision = {
  status: 'AUTHORIZED_RISK_DECLINED',
  refusal: {
    reason: 'DECISION_PROFILE_REJECT',
    message: 'The order has been rejected by Decision Manager',
  },
  risk: { ...risk('95', 'REJECT', ['A', 'H', 'N']) },
};

const scoreReject: Decision = {
  status: 'AUTHORIZED_RISK_DECLINED',
  refusal: {
    reason: 'SCORE_EXCEEDS_THRESHOLD',
    message: 'The fraud score exceeds the threshold of the merchant',
  },
  risk: { ...risk('88', 'REJECT', ['G', 'N']) },
};

/**
 * Card numbers that stand for an outcome. They are test numbers of no account; the ledger keeps the
 * name of the trigger instead of the number.
 */
export const cardTriggers: Readonly<Record<string, string>> = {
  '4000000000009995': 'insufficient-funds',
  '4000000000000069': 'expired-card',
  '4000000000009979': 'stolen-card',
  '4000000000000002': 'general-decline',
};

const byTrigger: Readonly<Record<string, Decision>> = {
  'insufficient-funds': insufficient,
  'expired-card': expired,
  'stolen-card': lost,
  'general-decline': general,
  'invalid-account': invalidAccount,
};

/** Amounts that stand for an outcome: the decimal text without trailing zeros. */
const byAmount: Readonly<Record<string, Decision>> = {
  '2000': general,
  '1003': declined('INVALID_MERCHANT_CONFIGURATION', 'There is a problem with the merchant.'),
  '1004': processor,
  '1005': processor,
  '1006': unauthorized,
  '1009': general,
  '1010': general,
  '1012': unauthorized,
  '1013': general,
  '4061': limit,
};

const byEmail: Readonly<Record<string, Decision>> = {
  'review@domain.com': review,
  'reject@domain.com': profileReject,
};

/** Facts of a payment request that a trigger may look at. */
export interface TriggerFacts {
  readonly cardTrigger?: string | undefined;
  readonly amountText: string;
  /** Amount triggers are written for currencies with two decimals and work only there. */
  readonly hasTwoDecimals: boolean;
  readonly email?: string | undefined;
  readonly billingCountry?: string | undefined;
  readonly shippingCountry?: string | undefined;
  readonly profile?: string | undefined;
  /** True when the request asks to skip Decision Manager. */
  readonly skipsDecision: boolean;
}

/** What becomes of a payment. The issuer speaks first, then Decision Manager. */
export function decide(facts: TriggerFacts): Decision {
  const amount = facts.hasTwoDecimals
    ? facts.amountText.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
    : '';
  const issuer = byTrigger[facts.cardTrigger ?? ''] ?? byAmount[amount];
  if (issuer !== undefined) return issuer;
  if (!facts.skipsDecision) {
    const manager = byEmail[facts.email?.toLowerCase() ?? ''];
    if (manager !== undefined) return manager;
    if (facts.profile === 'profile2') return profileReject;
    if (facts.shippingCountry === 'IN' && facts.billingCountry === 'US') return scoreReject;
  }
  if (amount === '7012') return { status: 'PARTIAL_AUTHORIZED' };
  return { status: 'AUTHORIZED' };
}
