import type { QueryRunner } from 'typeorm';

/**
 * One row for each page that a relay published, instead of an update of each of its shards.
 *
 * `outbox_place` says where every shard stands: at its owner's last page when it follows that, else where its own
 * row says. A relay of an earlier version reads only the shards' rows, which are at most a lease older, and repeats
 * what came since.
 */
export class CreateRelayPages1700000000022 {
  readonly name = 'CreateRelayPages1700000000022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table outbox_relay add column fence xid8 not null default pg_current_xact_id()',
    );
    await runner.query(
      'alter table outbox_shard add column follows boolean not null default false',
    );
    await runner.query(`
      create table outbox_cursor (
        owner text not null,
        page bigint not null,
        s0 pg_snapshot not null,
        s1 pg_snapshot,
        last_seq bigint not null,
        primary key (owner, page)
      )`);
    await runner.query(`
      create view outbox_place as
      select s.shard, s.owner, s.epoch, s.lease_until, coalesce(c.s0, s.s0) as s0,
        case when c.page is null then s.s1 else c.s1 end as s1,
        coalesce(c.last_seq, s.last_seq) as last_seq
      from outbox_shard s left join lateral (
        select c.* from outbox_cursor c where s.follows and c.owner = s.owner
        order by c.page desc limit 1) c on true`);
    await runner.query(`
      create function outbox_fence_owner() returns trigger language plpgsql as $$ begin
        update outbox_relay set fence = pg_current_xact_id()
          where owner = old.owner and fence <> pg_current_xact_id();
        return null; end $$`);
    await runner.query(`
      create trigger outbox_shard_taken after update on outbox_shard for each row
      when (old.follows and (old.owner is distinct from new.owner or old.epoch <> new.epoch))
      execute function outbox_fence_owner()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      update outbox_shard s set s0 = p.s0, s1 = p.s1, last_seq = p.last_seq
      from outbox_place p where p.shard = s.shard and s.follows`);
    await runner.query('drop trigger outbox_shard_taken on outbox_shard');
    await runner.query('drop function outbox_fence_owner');
    await runner.query('drop view outbox_place');
    await runner.query('drop table outbox_cursor');
    await runner.query('alter table outbox_shard drop column follows');
    await runner.query('alter table outbox_relay drop column fence');
  }
}
