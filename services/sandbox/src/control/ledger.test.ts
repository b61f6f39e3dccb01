import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-ledger-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('Ledger', () => {
  it('finds everything again after it was closed', () => {
    const first = new Ledger('twin', folder);
    first.put('payments', 'b', { amount: '1' });
    first.put('payments', 'a', { amount: '2' });
    first.put('payments', 'b', { amount: '3' });
    first.claim('name', 'x', 'a');
    expect(first.next('number')).toBe(1);
    first.recordRequest({ method: 'GET', path: '/x', status: 200 });
    first.close();

    const second = new Ledger('twin', folder);

    expect(second.list('payments')).toEqual([{ amount: '3' }, { amount: '2' }]);
    expect(second.holderOf('name', 'x')).toBe('a');
    expect(second.next('number')).toBe(2);
    expect(second.requestCounts()).toEqual([{ method: 'GET', path: '/x', status: 200, count: 1 }]);
    second.close();
  });

  it('takes every write of a failed transaction back, in memory and on disk', () => {
    const ledger = new Ledger('rollback', folder);
    ledger.put('invoices', '1', { balance: '10' });
    ledger.claim('number', 'old', '1');

    const work = (): void =>
      ledger.transaction(() => {
        ledger.put('invoices', '1', { balance: '0' });
        ledger.put('payments', '2', {});
        ledger.claim('number', 'new', '2');
        ledger.release('number', 'old');
        throw new Error('refused');
      });

    expect(work).toThrow('refused');
    const expectUntouched = (seen: Ledger): void => {
      expect(seen.get('invoices', '1')).toEqual({ balance: '10' });
      expect(seen.get('payments', '2')).toBeUndefined();
      expect(seen.holderOf('number', 'new')).toBeUndefined();
      expect(seen.holderOf('number', 'old')).toBe('1');
    };
    expectUntouched(ledger);
    ledger.close();
    const again = new Ledger('rollback', folder);
    expectUntouched(again);
    again.close();
  });

  it('gives copies, so that a reader cannot change what is kept', () => {
    const ledger = new Ledger('copies');
    ledger.put('items', '1', { name: 'tea' });

    const copy = ledger.get<{ name: string }>('items', '1');
    copy!.name = 'changed';

    expect(ledger.get('items', '1')).toEqual({ name: 'tea' });
    ledger.close();
  });
});
