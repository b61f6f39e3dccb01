import { Doors1767225600002 } from './1767225600002-doors.ts';
import { CardNumberSenders1767225600003 } from './1767225600003-card-number-senders.ts';
import { Payments1767225600001 } from './1767225600001-payments.ts';

/** Migrations of this service's own tables, oldest first. */
export const ownMigrations = [
  Payments1767225600001,
  Doors1767225600002,
  CardNumberSenders1767225600003,
];
