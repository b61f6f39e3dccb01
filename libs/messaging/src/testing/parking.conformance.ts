import assert from 'node:assert/strict';
import type { ReceivedMessage } from '../event-record.ts';
import type { Bury, RedriveLetter } from '../operator-acts.ts';
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

const note = { maker: 'ada', reason: 'Seen in ticket 7' };
const name = { consumer, key: 'k' };
const nobody: Bury = () => Promise.reject(new Error('Nothing was to be buried.'));

/** Keeps the offsets of what is buried. */
function graveyard(): { readonly offsets: bigint[]; readonly bury: Bury } {
  const offsets: bigint[] = [];
  const bury: Bury = (messages) => {
    offsets.push(...messages.map(({ offset }) => offset));
    return Promise.resolve();
  };
  return { offsets, bury };
}

async function waitingOffsets(store: ParkingStore): Promise<readonly bigint[]> {
  return (await store.waiting(name, 100)).map(({ message: { offset } }) => offset);
}

async function headSeq(store: ParkingStore): Promise<bigint> {
  const [head] = await store.waiting(name, 1);
  return head?.seq ?? -1n;
}

/** Three events of one quarantined key. */
async function quarantined(store: ParkingStore): Promise<void> {
  await store.park(request(1, { state: 'quarantined', attempts: 20 }));
  await store.appendBehind(consumer, 'k', message(2));
  await store.appendBehind(consumer, 'k', message(3));
}

/** A message that was given up, with one dead letter. */
function letterOf(offset: number, key = 'k'): RedriveLetter {
  const place = {
    topic: `payments.v1.${consumer}.dlt`,
    partition: 0,
    offset: BigInt(offset + 100),
  };
  return { original: { ...message(offset), key }, key, letters: [place] };
}

function codeIs(code: string): (error: unknown) => boolean {
  return (error) => (error as { code?: unknown }).code === code;
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
    name: 'tells how many events wait behind the key that has most',
    run: async (store) => {
      assert.equal((await store.figures(consumer)).eventsOfFullestKey, 0);
      await store.park(request(1));
      await store.appendBehind(consumer, 'k', message(2));
      await store.appendBehind(consumer, 'k', message(3));
      await store.park(request(4, { key: 'l' }));
      await store.park(request(5, { key: 'm', consumer: 'other.consumer' }));
      const { events, eventsOfFullestKey } = await store.figures(consumer);
      assert.deepEqual({ events, eventsOfFullestKey }, { events: 4, eventsOfFullestKey: 3 });
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
  {
    name: 'remembers since when a head fails, and forgets it with the head',
    run: async (store) => {
      await store.park(request(1));
      await store.appendBehind(consumer, 'k', message(2));
      const claim = await claimOnly(store, 10_000);
      assert.equal(claim.failingSinceMs, undefined);
      await store.postpone(claim, { attempts: 6, nextAtMs: 10_000, failingSinceMs: 5_000 });
      const again = await claimOnly(store, 10_000);
      assert.equal(again.failingSinceMs, 5_000);
      const head = await store.head(again);
      await store.completeHead(again, head?.seq ?? 0n);
      await store.postpone(again, { attempts: 0, nextAtMs: 10_000 });
      assert.equal((await claimOnly(store, 10_000)).failingSinceMs, undefined);
    },
  },
  {
    name: 'retries a key now with its attempts, and releases it with fresh ones, when an operator says so',
    run: async (store) => {
      await quarantined(store);
      await store.act({ ...name, ...note, kind: 'retry' }, nobody);
      const tried = await claimOnly(store, 1);
      assert.equal(tried.attempts, 20);
      const end = { state: 'quarantined', attempts: 21, nextAtMs: 1, failingSinceMs: 1 } as const;
      await store.postpone(tried, end);
      const outcome = await store.act({ ...name, ...note, kind: 'release' }, nobody);
      assert.deepEqual(outcome, { waiting: 3, deadLetters: 0 });
      const released = await claimOnly(store, 1);
      assert.deepEqual([released.attempts, released.failingSinceMs], [0, undefined]);
    },
  },
  {
    name: 'replaces the value of the head, and of nothing else',
    run: async (store) => {
      await quarantined(store);
      const value = Buffer.from('edited');
      const edit = { ...name, ...note, kind: 'edit', value } as const;
      const second = (await store.waiting(name, 2))[1]?.seq ?? -1n;
      await assert.rejects(
        store.act({ ...edit, seq: second }, nobody),
        codeIs('PARKED_HEAD_CHANGED'),
      );
      await store.act({ ...edit, seq: await headSeq(store) }, nobody);
      const [head, next] = await store.waiting(name, 2);
      assert.deepEqual(head?.message, { ...message(1), value });
      assert.deepEqual(next?.message, message(2));
      assert.equal((await store.figures(consumer)).quarantinedKeys, 1);
    },
  },
  {
    name: 'buries the head, and lets the rest go on with fresh attempts',
    run: async (store) => {
      await quarantined(store);
      const { offsets, bury } = graveyard();
      const skip = { ...name, ...note, kind: 'skip', seq: await headSeq(store) } as const;
      assert.deepEqual(await store.act(skip, bury), { waiting: 2, deadLetters: 1 });
      assert.deepEqual(offsets, [1n]);
      await assert.rejects(store.act(skip, nobody), codeIs('PARKED_HEAD_CHANGED'));
      const claim = await claimOnly(store, 1);
      assert.equal(claim.attempts, 0);
      assert.equal((await store.head(claim))?.message.offset, 2n);
    },
  },
  {
    name: 'buries a whole key in order, and frees it',
    run: async (store) => {
      await quarantined(store);
      const { offsets, bury } = graveyard();
      const outcome = await store.act({ ...name, ...note, kind: 'drop' }, bury);
      assert.deepEqual([outcome, offsets], [{ waiting: 0, deadLetters: 3 }, [1n, 2n, 3n]]);
      assert.equal(await store.appendBehind(consumer, 'k', message(4)), false);
      const again = store.act({ ...name, ...note, kind: 'drop' }, bury);
      await assert.rejects(again, codeIs('PARKED_KEY_MISSING'));
    },
  },
  {
    name: 'changes nothing when what is to be buried is not acknowledged',
    run: async (store) => {
      await quarantined(store);
      await assert.rejects(store.act({ ...name, ...note, kind: 'drop' }, nobody));
      assert.deepEqual(await waitingOffsets(store), [1n, 2n, 3n]);
      assert.deepEqual(await store.acts(10), []);
    },
  },
  {
    name: 'lets no operator act while a key is replayed, and fences a replay that lost its lease',
    run: async (store) => {
      await store.park(request(1));
      await store.appendBehind(consumer, 'k', message(2));
      const { bury } = graveyard();
      const skip = { ...name, ...note, kind: 'skip', seq: await headSeq(store) } as const;
      const live = await claimOnly(store, Date.now() + 60_000);
      await assert.rejects(store.act(skip, bury), codeIs('PARKED_KEY_BUSY'));
      await store.postpone(live, { attempts: 6, nextAtMs: 10_000 });
      const old = await claimOnly(store, 10_000);
      await store.act(skip, bury);
      assert.equal(await store.completeHead(old, skip.seq), 'lost');
      assert.deepEqual(await waitingOffsets(store), [2n]);
    },
  },
  {
    name: 'records who did what to which key and why, newest first',
    run: async (store) => {
      await quarantined(store);
      const { bury } = graveyard();
      await store.act({ ...name, maker: 'ada', reason: 'One', kind: 'retry' }, bury);
      await store.act({ ...name, maker: 'bob', reason: 'Two', kind: 'drop' }, bury);
      const acts = (await store.acts(10)).map(({ act, maker, reason, subject }) => {
        return { act, maker, reason, key: subject['key'], deadLetters: subject['deadLetters'] };
      });
      assert.deepEqual(acts, [
        { act: 'parked-key.drop', maker: 'bob', reason: 'Two', key: 'k', deadLetters: 3 },
        { act: 'parked-key.retry', maker: 'ada', reason: 'One', key: 'k', deadLetters: 0 },
      ]);
    },
  },
  {
    name: 'gives the messages of dead letters back once, in order, and to be replayed when due',
    run: async (store) => {
      const redrive = { consumer, ...note, dueAtMs: 50_000 };
      const letters = [letterOf(1), letterOf(2), letterOf(3, 'other')];
      const none = { redriven: 0, known: 0, waiting: 0, busy: 0 };
      assert.deepEqual(await store.redrive({ ...redrive, letters }), { ...none, redriven: 3 });
      assert.deepEqual(await store.redrive({ ...redrive, letters }), { ...none, known: 3 });
      assert.deepEqual(await waitingOffsets(store), [1n, 2n]);
      assert.deepEqual(await store.claimDue({ consumer, nowMs: 49_999, leaseMs, limit: 9 }), []);
      const claims = await store.claimDue({ consumer, nowMs: 50_000, leaseMs, limit: 9 });
      assert.deepEqual(claims.map(({ key }) => key).toSorted(), ['k', 'other']);
      assert.equal((await store.acts(1))[0]?.act, 'dead-letters.redrive');
    },
  },
  {
    name: 'gives messages back before what waits when they came before it, and leaves what waits anyway',
    run: async (store) => {
      await store.park(request(5));
      await store.appendBehind(consumer, 'k', message(7));
      const letters = [1, 3, 5, 6].map((offset) => letterOf(offset));
      const outcome = await store.redrive({ consumer, ...note, dueAtMs: 50_000, letters });
      assert.deepEqual(outcome, { redriven: 3, known: 0, waiting: 1, busy: 0 });
      assert.deepEqual(await waitingOffsets(store), [1n, 3n, 5n, 7n, 6n]);
    },
  },
  {
    name: 'lists what waits of one consumer or of all',
    run: async (store) => {
      await quarantined(store);
      await store.park(request(9, { consumer: 'other.consumer' }));
      const all = (await store.list(10)).map(({ events, state }) => ({ events, state }));
      assert.deepEqual(
        all.toSorted((one, other) => other.events - one.events),
        [
          { events: 3, state: 'quarantined' },
          { events: 1, state: 'retrying' },
        ],
      );
      assert.equal((await store.list(10, consumer)).length, 1);
      assert.equal((await store.list(1)).length, 1);
    },
  },
];
