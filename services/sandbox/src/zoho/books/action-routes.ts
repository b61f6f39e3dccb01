import type { FastifyInstance, FastifyRequest } from 'fastify';
import { paramOf, queryOf } from '../../control/twin-server.ts';
import { objectsIn, textAt, type Json } from '../../json.ts';
import type { ZohoContext } from '../context.ts';
import {
  applyCredits,
  creditNotes,
  refundCreditNote,
  refundView,
  type CreditNoteRefund,
} from './credit-notes.ts';
import { contacts } from './contacts.ts';
import { customerPayments } from './customer-payments.ts';
import { financeBody } from './finance-body.ts';
import type { FinanceModule, FinanceRecord } from './finance-record.ts';
import { invoices } from './invoices.ts';
import { items } from './items.ts';
import { success } from './module-routes.ts';
import { recordOf, saveRecord } from './record-store.ts';
import { financeRefusal } from './refusals.ts';
import { salesOrders } from './sales-orders.ts';

const statusWords: readonly [FinanceModule, readonly string[]][] = [
  [invoices, ['sent', 'void', 'draft']],
  [creditNotes, ['open', 'void', 'draft']],
  [salesOrders, ['open', 'confirmed', 'void']],
];

/** Actions of single modules: status changes, applied credits, refunds. */
export function installActionRoutes(app: FastifyInstance, context: ZohoContext): void {
  for (const [module, words] of statusWords) {
    for (const word of words) {
      app.post(`/${module.plural}/:id/status/${word}`, async (request) =>
        changeStatus(request, { context, module, word }),
      );
    }
  }
  for (const module of [contacts, items]) {
    for (const word of ['active', 'inactive']) {
      app.post(`/${module.plural}/:id/${word}`, async (request) =>
        changeStatus(request, { context, module, word }),
      );
    }
  }
  app.get('/invoices/:id/payments', async (request) => {
    const invoice = recordOf(context, invoices, paramOf(request, 'id'));
    const payments = context.ledger
      .list<FinanceRecord>('customerpayments')
      .filter(({ applications }) => applications?.some((part) => part.invoiceId === invoice.id))
      .map((payment) => customerPayments.view(context, payment));
    return success({ payments });
  });
  app.post('/invoices/:id/credits', async (request) => {
    const invoice = recordOf(context, invoices, paramOf(request, 'id'));
    for (const use of objectsIn(financeBody(request)['apply_creditnotes'])) {
      const note = recordOf(context, creditNotes, textAt(use, 'creditnote_id') ?? '');
      applyCredits(context, note, [{ invoiceId: invoice.id, amount: use['amount_applied'] }]);
    }
    return success({}, 'Credits have been applied to the invoice(s).');
  });
  app.post('/creditnotes/:id/invoices', async (request) => {
    const note = recordOf(context, creditNotes, paramOf(request, 'id'));
    const uses = objectsIn(financeBody(request)['invoices']).map((use) => ({
      invoiceId: textAt(use, 'invoice_id') ?? '',
      amount: use['amount_applied'],
    }));
    applyCredits(context, note, uses);
    return success({}, 'Credits have been applied to the invoice(s).');
  });
  installRefundRoutes(app, context);
}

function installRefundRoutes(app: FastifyInstance, context: ZohoContext): void {
  const all = (): readonly CreditNoteRefund[] =>
    context.ledger.list<CreditNoteRefund>('creditnote_refunds');
  const byReference = (request: FastifyRequest, refund: CreditNoteRefund): boolean => {
    const wanted = queryOf(request, 'reference_number');
    return wanted === undefined || refund.source['reference_number'] === wanted;
  };
  app.get('/creditnotes/refunds', async (request) => ({
    ...success({
      creditnote_refunds: all()
        .filter((refund) => byReference(request, refund))
        .map((refund) => refundView(context, refund)),
    }),
    page_context: { page: 1, per_page: 200, has_more_page: false },
  }));
  app.get('/creditnotes/:id/refunds', async (request) => {
    const note = recordOf(context, creditNotes, paramOf(request, 'id'));
    return success({
      creditnote_refunds: all()
        .filter(({ creditNoteId }) => creditNoteId === note.id)
        .map((refund) => refundView(context, refund)),
    });
  });
  app.get('/creditnotes/:id/refunds/:rid', async (request) => {
    const refund = context.ledger.get<CreditNoteRefund>(
      'creditnote_refunds',
      paramOf(request, 'rid'),
    );
    if (refund === undefined) throw financeRefusal('missingRecord', 'Refund');
    return success({ creditnote_refund: refundView(context, refund) });
  });
  app.post('/creditnotes/:id/refunds', async (request, reply) => {
    const note = recordOf(context, creditNotes, paramOf(request, 'id'));
    const refund = refundCreditNote(context, note, financeBody(request));
    return reply
      .code(201)
      .send(
        success(
          { creditnote_refund: refundView(context, refund) },
          'The refund information for this credit note has been saved.',
        ),
      );
  });
}

function changeStatus(
  request: FastifyRequest,
  change: { context: ZohoContext; module: FinanceModule; word: string },
): Json {
  const { context, module, word } = change;
  const record = recordOf(context, module, paramOf(request, 'id'));
  const hasMoved = [record.paidMinor, record.creditedMinor, record.refundedMinor].some(
    (minor) => BigInt(minor ?? 0) > 0n,
  );
  if (word === 'void' && hasMoved) {
    throw financeRefusal('inUse', `The ${module.label.toLowerCase()}`);
  }
  if (record.status === 'void' && word !== 'draft') {
    throw financeRefusal('invalidValue', 'status');
  }
  saveRecord(context, module, { ...record, status: word });
  const shown = word[0]?.toUpperCase() + word.slice(1);
  return success({}, `${module.label} status has been changed to ${shown}.`);
}
