import { paymentStates } from '../views.ts';

/** What the address of the payments page says. */
export interface PaymentsSearch {
  query?: string;
  state?: string;
}

/** What the address of a story says. */
export interface StorySearch {
  /** Hop that is open. */
  open?: string;
  /** The steps of flows are shown too. */
  steps?: boolean;
}

/** What the address of the dead letters says. */
export interface DeadLettersSearch {
  code?: string;
  open?: string;
}

/** What the address of the breaks says. */
export interface BreaksSearch {
  resolved?: boolean;
}

type Given = Readonly<Record<string, unknown>>;

export function paymentsSearch(given: Given): PaymentsSearch {
  const state = textOf(given, 'state');
  const isState = (paymentStates as readonly unknown[]).includes(state);
  return {
    ...optional('query', textOf(given, 'query')),
    ...optional('state', isState ? state : undefined),
  };
}

export function storySearch(given: Given): StorySearch {
  return {
    ...optional('open', textOf(given, 'open')),
    ...(isTrue(given['steps']) ? { steps: true } : {}),
  };
}

export function deadLettersSearch(given: Given): DeadLettersSearch {
  return { ...optional('code', textOf(given, 'code')), ...optional('open', textOf(given, 'open')) };
}

export function breaksSearch(given: Given): BreaksSearch {
  return isTrue(given['resolved']) ? { resolved: true } : {};
}

/** An object with the one field, or without it when there is no value. */
export function optional<K extends string>(
  name: K,
  value: string | undefined,
): Partial<Record<K, string>> {
  return value === undefined || value === ''
    ? {}
    : ({ [name]: value } as Partial<Record<K, string>>);
}

/** The router reads `2001` as a number; an order number is a text. */
function textOf(given: Given, name: string): string | undefined {
  const value = given[name];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value.slice(0, 400) : undefined;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1;
}
