import { until } from '@sluice/messaging/testing';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { RelayScene, events, idsOf } from './fixtures/relay-scene.ts';

let scene: RelayScene;

beforeEach(async () => {
  scene = await RelayScene.open(inject('databaseUrl'));
});

afterEach(() => scene.close());

describe('OutboxRelay with more than one page', () => {
  it('pages a window that is larger than one batch, each row once', async () => {
    const list = events(95);
    await scene.append(...list);

    scene.startRelay({ batchMax: 10 });
    await scene.publisher.reached(95);
    await scene.append(...events(1, 'after'));
    await scene.publisher.reached(96);

    expect(scene.publisher.ids().slice(0, 95)).toEqual(idsOf(list));
    expect(scene.publisher.published).toHaveLength(96);
  });

  it('reads the next page while a page is published, and publishes it only then', async () => {
    const list = events(35);
    await scene.append(...list);
    const acknowledged = Promise.withResolvers<void>();
    const publish = vi
      .spyOn(scene.publisher, 'publish')
      .mockImplementationOnce(async () => await acknowledged.promise);

    scene.startRelay({ batchMax: 10 });
    // The last statement of the relay's connection is one that goes on behind a sequence.
    const hasReadOn = async (): Promise<boolean> => {
      const [row]: { count: number }[] = await scene.database.dataSource.query(
        `select count(*)::int from pg_stat_activity where datname = current_database()
         and pid <> pg_backend_pid() and state = 'idle' and query like $1`,
        ['%and seq > $4%'],
      );
      return row?.count === 1;
    };
    await until(hasReadOn, { what: 'the second page to be read' });
    expect(publish).toHaveBeenCalledTimes(1);
    acknowledged.resolve();
    await scene.publisher.reached(25);

    expect(scene.publisher.ids()).toEqual(idsOf(list.slice(10)));
  });

  it('cuts a page by bytes, but never to nothing', async () => {
    const list = events(9);
    await scene.append(...list);

    scene.startRelay({ batchBytesMax: 1 });
    await scene.publisher.reached(9);

    expect(scene.publisher.ids()).toEqual(idsOf(list));
  });
});
