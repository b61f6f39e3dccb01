import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { controlBody } from '../control/control-routes.ts';
import { VendorRefusal } from '../control/twin-server.ts';
import { linesOf } from './batch-report.ts';
import type { CybersourceContext } from './context.ts';
import type { PlantedLine } from './records.ts';

/** Control routes only the Cybersource twin has. */
export function installCybersourceControl(app: FastifyInstance, context: CybersourceContext): void {
  app.put('/_control/switches', async (request) => {
    const { visibilityDelayMs, checksClock } = controlBody(request);
    if (typeof visibilityDelayMs === 'number') {
      context.switches.visibilityDelayMs = visibilityDelayMs;
    }
    if (typeof checksClock === 'boolean') context.switches.checksClock = checksClock;
    return { ...context.switches };
  });

  app.get('/_control/settlement-lines', async () => {
    const day = context.now().toISOString().slice(0, 10);
    return { day, lines: linesOf(context, day) };
  });

  // With the request id of a real transaction its line is altered; without one, a line is added.
  app.post('/_control/plant-settlement-line', async (request) => {
    const body = controlBody(request);
    const { requestId, merchantReference, amount, currency, transactionType, date } = body;
    if (typeof amount !== 'string' || !/^-?\d+(\.\d+)?$/.test(amount)) {
      throw new VendorRefusal(422, { message: 'amount must be a decimal text.' });
    }
    const line: PlantedLine = {
      id: typeof requestId === 'string' ? requestId : `999${Date.now()}000001`,
      amount,
      date: typeof date === 'string' ? date : context.now().toISOString().slice(0, 10),
      ...(typeof requestId === 'string' ? { requestId } : {}),
      ...(typeof merchantReference === 'string' ? { merchantReference } : {}),
      ...(typeof currency === 'string' ? { currency } : {}),
      ...(transactionType === 'ics_credit' ? { transactionType } : {}),
    };
    context.ledger.put('settlement-lines', randomUUID(), line);
    return line;
  });
}
