import { Activity, Archive, CreditCard, ListX, Scale, type LucideIcon } from 'lucide-react';

/** A page of the navigation. */
export interface NavigationPage {
  readonly path: '/payments' | '/dead-letters' | '/parked-keys' | '/reconciliation' | '/health';
  readonly name: string;
  readonly icon: LucideIcon;
  /** Pressed after `g`. */
  readonly key: string;
}

/** The pages in the order of the navigation. */
export const pages: readonly NavigationPage[] = [
  { path: '/payments', name: 'Payments', icon: CreditCard, key: 'p' },
  { path: '/dead-letters', name: 'Dead letters', icon: ListX, key: 'd' },
  { path: '/parked-keys', name: 'Parked keys', icon: Archive, key: 'k' },
  { path: '/reconciliation', name: 'Reconciliation', icon: Scale, key: 'r' },
  { path: '/health', name: 'Health', icon: Activity, key: 'h' },
];
