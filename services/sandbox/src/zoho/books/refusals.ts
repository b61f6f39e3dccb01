import { VendorRefusal } from '../../control/twin-server.ts';

/**
 * Refusals of Books and Inventory: status, code and message.
 *
 * Codes are Zoho's where they are known; the others stand in the 9xxxx range, so that nobody
 * mistakes them for documented ones.
 */
const table = {
  invalidValue: [400, 2, 'Invalid value passed for {0}'],
  missingValue: [400, 4, 'Invalid value passed for {0}'],
  unknownUrl: [404, 5, 'Invalid URL Passed'],
  wrongOrganization: [
    400,
    6041,
    'This user is not associated with the CompanyID/CompanyName: {0}.',
  ],
  tooLong: [400, 15, 'Please ensure that the {0} has less than {1} characters.'],
  wrongMethod: [405, 37, 'The HTTP method {0} is not allowed for the requested resource'],
  unauthorized: [401, 57, 'You are not authorized to perform this operation'],
  perMinute: [
    429,
    44,
    'For security reasons your organization has been blocked as it have exceeded the maximum ' +
      'number of requests per minute that can originate from an organization.',
  ],
  perDay: [
    429,
    45,
    'The API call for this organization has exceeded the maximum call rate limit of {0}.',
  ],
  concurrent: [
    429,
    1070,
    'You have reached the maximum number of in process requests allowed. Kindly try again after ' +
      'some time.',
  ],
  itemExists: [400, 1001, 'Item "{0}" already exists'],
  numberExists: [400, 1001, '{0} "{1}" already exists'],
  missingRecord: [404, 1002, '{0} does not exist.'],
  missingItem: [404, 2006, 'Item does not exist.'],
  contactExists: [400, 3062, 'The contact "{0}" already exists. Please specify a different name.'],
  salesOrderExists: [400, 36004, 'This sales order number already exists.'],
  overApplied: [
    400,
    24016,
    'The amount entered is more than the balance due for the selected invoices.',
  ],
  invoiceVoid: [400, 90001, 'A payment cannot be applied to a void invoice.'],
  appliedMoreThanPaid: [400, 90002, 'The amount applied is more than the amount of the payment.'],
  refundTooLarge: [400, 90003, 'The refund amount is more than the available balance.'],
  valueNotUnique: [400, 90004, 'The value of {0} is already used by another record.'],
  notAUniqueField: [400, 90005, '{0} is not a custom field that refuses duplicate values.'],
  accountCurrency: [400, 90006, 'The currency of the account differs from the transaction.'],
  inUse: [400, 90007, '{0} cannot be deleted because transactions are associated with it.'],
} as const satisfies Record<string, readonly [number, number, string]>;

export type FinanceRefusalName = keyof typeof table;

/** The refusal of that name with its placeholders filled. */
export function financeRefusal(name: FinanceRefusalName, ...values: string[]): VendorRefusal {
  const [status, code, text] = table[name];
  const message = text.replaceAll(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? '');
  return new VendorRefusal(status, { code, message });
}
