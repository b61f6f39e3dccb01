import { escaped, htmlPage } from '../html.ts';
import { articles, scenarios } from './scenarios.ts';

/** The shop's only page: basket, outcome to play, checkout, orders with their history. */
export function shopPage(): string {
  const basket = articles
    .map(
      ({ sku, name, prices }, index) => `<label>
        <input type="number" name="${escaped(sku)}" min="0" max="99" value="${index < 2 ? 1 : 0}"
          style="width:4rem"> ${escaped(name)} — ${escaped(prices['EUR'])} EUR</label>`,
    )
    .join('');
  const outcomes = Object.entries(scenarios)
    .map(
      ([name, { title }], index) => `<label><input type="radio" name="scenario"
        value="${escaped(name)}"${index === 0 ? ' checked' : ''}> ${escaped(title)}</label>`,
    )
    .join('');
  const body = `<h1>Shop twin</h1>
    <p class="note">A make-believe tea shop. It sends the order, pays with a test card that only
    the token service sees, and shows what the gateways report back.</p>
    <form id="checkout"><fieldset><legend>Basket</legend>${basket}</fieldset>
    <fieldset><legend>How it shall end</legend>${outcomes}</fieldset>
    <button>Pay now</button></form>
    <p id="outcome" role="status" aria-live="polite"></p>
    <h2>Orders</h2><table><thead><tr><th>Order</th><th>Status</th><th class="number">Total</th>
    <th>History</th></tr></thead><tbody id="orders"></tbody></table>`;
  return htmlPage('Shop twin', body, script);
}

const script = `
const orders = document.getElementById('orders'), outcome = document.getElementById('outcome');
const cell = (text, name) => { const td = document.createElement('td');
  td.textContent = text; if (name) td.className = name; return td; };
async function refresh() {
  const list = (await (await fetch('/api/orders')).json()).orders.slice(0, 30);
  orders.replaceChildren(...list.map((entry) => { const row = document.createElement('tr');
    row.append(cell(entry.orderNumber), cell(entry.status),
      cell(entry.order.total + ' ' + entry.order.currency, 'number'),
      cell(entry.history.map((h) => h.at.slice(11, 19) + ' ' + h.status +
        (h.detail ? ' (' + h.detail + ')' : '')).join(' · ')));
    return row; }));
}
document.getElementById('checkout').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(event.target), button = event.target.querySelector('button');
  const lines = [...form].filter(([name, value]) => name !== 'scenario' && Number(value) > 0)
    .map(([sku, quantity]) => ({ sku, quantity: Number(quantity) }));
  if (lines.length === 0) { outcome.textContent = 'The basket is empty.'; return; }
  button.disabled = true; outcome.textContent = 'Paying …';
  try {
    const answer = await fetch('/api/checkout', { method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scenario: form.get('scenario'), lines }) });
    const text = await answer.json();
    outcome.textContent = answer.ok ? 'Order ' + text.orderNumber + ': ' + text.status
      : 'It did not work: ' + (text.message || text.step + ' answered ' + text.gatewayStatus);
  } catch { outcome.textContent = 'The shop could not be reached.'; }
  button.disabled = false; refresh();
});
refresh(); setInterval(refresh, 2000);`;
