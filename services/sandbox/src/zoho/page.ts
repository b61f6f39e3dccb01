import type { FastifyInstance } from 'fastify';
import { escaped, htmlPage } from '../html.ts';
import type { ZohoContext } from './context.ts';
import { bookkeepingRows, noteTexts } from './control.ts';

/** A page on which a person plays the bookkeeper: credit an invoice and ask for the refund. */
export function installZohoPage(app: FastifyInstance, context: ZohoContext): void {
  app.get('/', async (_request, reply) => {
    const rows = bookkeepingRows(context).map(
      (row) => `<tr><td>${escaped(row['invoice_number'])}</td>
        <td>${escaped(row['customer_name'])}</td>
        <td class="number">${escaped(row['total'])} ${escaped(row['currency_code'])}</td>
        <td>${escaped(row['status'])}</td>
        <td>${noteTexts(row).map(escaped).join('<br>')}</td>
        <td><button data-invoice="${escaped(row['invoice_id'])}">Credit and refund</button></td>
      </tr>`,
    );
    const body = `<h1>Books twin: invoices</h1>
      <p class="note">“Credit and refund” writes a credit note over the whole invoice and marks it
      for refund to the card, as a bookkeeper would.</p>
      <table><thead><tr><th>Invoice</th><th>Customer</th><th class="number">Total</th>
      <th>Status</th><th>Credit notes</th><th></th></tr></thead>
      <tbody>${rows.join('') || '<tr><td colspan="6">No invoices yet.</td></tr>'}</tbody></table>
      <p id="outcome" role="status"></p>`;
    return reply.type('text/html; charset=utf-8').send(htmlPage('Books twin', body, script));
  });
}

const script = `
document.addEventListener('click', async (event) => {
  const id = event.target.dataset.invoice;
  if (!id) return;
  event.target.disabled = true;
  const answer = await fetch('/_control/credit-invoice', { method: 'POST',
    headers: { 'content-type': 'application/json' }, body: JSON.stringify({ invoice_id: id }) });
  const text = await answer.json();
  document.getElementById('outcome').textContent = answer.ok
    ? 'Credit note ' + text.creditnote.creditnote_number + ' is marked for refund.'
    : 'Refused: ' + text.message;
  if (answer.ok) setTimeout(() => location.reload(), 800);
});`;
