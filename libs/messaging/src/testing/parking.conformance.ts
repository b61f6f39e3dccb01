import assert from 'node:assert/strict';
import type { ReceivedMessage } from '../event-record.ts';
import type { ParkClaim, ParkingStore, ParkRequest } from '../parking-store.ts';

const consumer = 'conformance.parking';
const cause = { code: 'TEST_LATER', message: 'Later.', failureClass: 'transient' } as const;
const leaseMs = 1_000;

function message(offset: number): ReceivedMessage {
  return {
    topic: 'payments.v1',
    partition: 0,
    offset: BigInt(offset),
    timestampMs: 1_768_478_400_000n,
    key: 'k',
    value: Buffer.from([offset, 0, 255]),
    headers: { ce_id: `e${offset}` },
  };
}

function request(offset: number, overrides: Partial<ParkRequest> = {}): ParkRequest {
  return {
    consumer,
    key: 'k',
    message: message(offset),
    state: 'retrying',
    attempts: 5,
    nextAtMs: 10_000,
    cause,
    ...overrides,
  };
}

async function claimOnly(store: ParkingStore, nowMs: number): Promise<ParkClaim> {
  const claims = await store.claimDue({ consumer, nowMs, leaseMs, limit: 10 });
  assert.equal(claims.length, 1);
  const [claim] = claims;
  assert.ok(claim !== undefined);
  return claim;
}

/** Every promise of a parking store; each case gets an empty one. */
export const parkingConformance: readonly {
  readonly name: string;
  run(store: ParkingStore): Promise<void>;
}[] = [
  {
    name: 'appends behind a parked key and nowhere else',
    run: async (store) => {
      assert.equal(await store.appendBehind(consumer, 'k', message(1)), false);
      await store.park(request(1));
      assert.equal(await store.appendBehind(consumer, 'k', message(2)), true);
      assert.equal(await store.appendBehind('other.consumer', 'k', message(2)), false);
      assert.deepEqual(await store.parkedKeys(consumer), ['k']);
      assert.equal((await store.figures(consumer)).events, 2);
    },
  },
  {
    name: 'takes a message once however often it is delivered',
    run: async (store) => {
      await store.park(request(1));
      await store.park(request(1));
      await store.appendBehind(consumer, 'k', message(2));
      await store.appendBehind(consumer, 'k', message(2));
      assert.equal((await store.figures(consumer)).events, 2);
    },
  },
  {
    name: 'gives the messages back unchanged and in order, and releases the key with the last',
    run: async (store) => {
      await store.park(request(1));
      await store.appendBehind(consumer, 'k', message(2));
      const claim = await claimOnly(store, 10_000);
      const first = await store.head(claim);
      assert.deepEqual(first?.message.value, message(1).value);
      assert.deepEqual(first?.message, message(1));
      assert.equal(await store.completeHead(claim, first?.seq ?? 0n), 'next');
      const second = await store.head(claim);
      assert.equal(second?.message.offset, 2n);
      assert.equal(await store.completeHead(claim, second?.seq ?? 0n), 'released');
      assert.deepEqual(await store.parkedKeys(consumer), []);
      assert.equal(await store.appendBehind(consumer, 'k', message(3)), false);
    },
  },
  {
    name: 'leases a due key to one process, and fences it when the lease is over',
    run: async (store) => {
      await store.park(request(1));
      const all = { consumer, leaseMs, limit: 10 };
      assert.deepEqual(await store.claimDue({ ...all, nowMs: 9_999 }), []);
      const old = await claimOnly(store, 10_000);
      assert.equal(old.attempts, 5);
      assert.deepEqual(await store.claimDue({ ...all, nowMs: 10_500 }), []);
      const fresh = await claimOnly(store, 11_001);
      assert.equal(await store.head(old), undefined);
      assert.equal(await store.completeHead(old, 1n), 'lost');
      assert.equal((await store.head(fresh))?.message.offset, 1n);
    },
  },
  {
    name: 'postpones a key with its attempts, and keeps a quarantined one until an operator acts',
    run: async (store) => {
      await store.park(request(1));
      const claim = await claimOnly(store, 10_000);
      await store.postpone(claim, { attempts: 6, nextAtMs: 20_000, cause });
      const later = await claimOnly(store, 20_000);
      assert.equal(later.attempts, 6);
      await store.postpone(later, { state: 'quarantined', attempts: 7, nextAtMs: 20_000, cause });
      const due = await store.claimDue({ consumer, nowMs: 99_000, leaseMs, limit: 10 });
      assert.deepEqual(due, []);
      assert.equal((await store.figures(consumer)).quarantinedKeys, 1);
      assert.equal(await store.appendBehind(consumer, 'k', message(2)), true);
    },
  },
];
