import { describe, expect, it } from 'vitest';
import { ReportUnreadable, parseBatchDetailReport } from './batch-detail-report.ts';

const title = 'Payment Batch Detail Report,1.0,2026-01-15 to 2026-01-16';
const header =
  'batch_id,merchant_id,batch_date,request_id,merchant_ref_number,trans_ref_no,payment_method,' +
  'currency,amount,transaction_type';
const sale =
  '20260115,demo_merchant,2026-01-15,7600846207716214404805,01PAYMENT,1,card,EUR,12.50,ics_bill';
const refund =
  '20260115,demo_merchant,2026-01-15,7600846207716214404877,r1,2,card,KWD,-1.234,ics_credit';

function report(...lines: readonly string[]): string {
  return [title, header, ...lines, ''].join('\n');
}

describe('parseBatchDetailReport', () => {
  it('reads sales and refunds in the minor units of their currencies', () => {
    const lines = parseBatchDetailReport(report(sale, refund), 'demo_merchant/2026-01-16');

    expect(lines).toMatchObject([
      {
        batchDate: '2026-01-15',
        merchantReference: '01PAYMENT',
        kind: 'sale',
        amount: { minor: 1250n, currency: 'EUR' },
      },
      { kind: 'refund', amount: { minor: -1234n, currency: 'KWD' } },
    ]);
  });

  it('gives the same line the same id in a grown report, and a repeated line another one', () => {
    const [before] = parseBatchDetailReport(report(sale), 'm/d');
    const [, , repeated, again] = parseBatchDetailReport(report(refund, sale, sale, sale), 'm/d');
    const [, first] = parseBatchDetailReport(report(refund, sale), 'm/d');

    expect(first?.lineId).toBe(before?.lineId);
    expect(new Set([before?.lineId, repeated?.lineId, again?.lineId]).size).toBe(3);
  });

  it('turns an unsigned refund negative and reads the other spellings of a date', () => {
    const unsigned = refund.replace('-1.234', '1.234').replace('2026-01-15', '01/15/2026');

    const [line] = parseBatchDetailReport(report(unsigned), 'm/d');

    expect(line).toMatchObject({ batchDate: '2026-01-15', amount: { minor: -1234n } });
  });

  it('reads a report without lines, with a byte order mark and with Windows line ends', () => {
    const windows = `\uFEFF${report(sale).replaceAll('\n', '\r\n')}`;

    expect(parseBatchDetailReport(report(), 'm/d')).toEqual([]);
    expect(parseBatchDetailReport(windows, 'm/d')).toHaveLength(1);
  });

  it.each([
    ['something else', 'no report at all'],
    [report(sale).replace('amount,', 'sum,'), 'a column that is missing'],
    [report(sale.replace('12.50', '12.505')), 'too many decimals'],
    [report(sale.replace('ics_bill', 'ics_dance')), 'an unknown type'],
    [report(sale.replace('2026-01-15', 'yesterday')), 'a date that is none'],
    [report(`${sale},more,fields`), 'a line that is too long'],
  ])('refuses %#: %s', (text) => {
    expect(() => parseBatchDetailReport(text, 'm/d')).toThrow(ReportUnreadable);
  });
});
