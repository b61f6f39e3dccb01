/** Makes the key's row unless it exists or the consumer is at its cap ($10). */
export const createKey = `
  insert into parked_key (consumer, key, state, attempts, next_at, cause_code, cause_message,
    cause_class, parked_at)
  select $1, $2, $3, $4::int, $5::timestamptz, $6, $7, $8, $9::timestamptz
  where (select count(*) from parked_key where consumer = $1) < $10::bigint
  on conflict do nothing returning 1`;

export const lockKey = `select 1 from parked_key where consumer = $1 and key = $2 for update`;

/** Whether the message waits already, and how many do. */
export const placeOf = `
  select exists (select 1 from parked_event where consumer = $1 and topic = $3 and partition = $4
      and "offset" = $5) as is_known,
    (select count(*)::int from parked_event where consumer = $1 and key = $2) as waiting`;

export const appendEvent = `
  insert into parked_event (consumer, key, topic, partition, "offset", timestamp_ms, headers,
    payload, parked_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

export const keysOf = `select key from parked_key where consumer = $1`;

export const claim = `
  update parked_key k set epoch = k.epoch + 1, lease_ms = $3::int,
    lease_until = $2::timestamptz + make_interval(secs => $3::int / 1000.0)
  from (select key from parked_key where consumer = $1 and state = 'retrying'
      and next_at <= $2::timestamptz and (lease_until is null or lease_until <= $2::timestamptz)
    order by next_at limit $4 for update skip locked) due
  where k.consumer = $1 and k.key = due.key
  returning k.key, k.attempts, k.epoch, k.failing_since`;

export const head = `
  with owned as (
    update parked_key k
    set lease_until = $4::timestamptz + make_interval(secs => k.lease_ms / 1000.0)
    where consumer = $1 and key = $2 and epoch = $3 and lease_until is not null
    returning 1
  )
  select e.seq, e.topic, e.partition, e."offset", e.timestamp_ms, e.headers, e.payload
  from parked_event e where e.consumer = $1 and e.key = $2 and exists (select 1 from owned)
  order by e.seq limit 1`;

export const lockClaim = `
  select 1 from parked_key where consumer = $1 and key = $2 and epoch = $3
    and lease_until is not null for update`;

export const deleteEvent = `
  delete from parked_event where consumer = $1 and key = $2 and seq = $3`;

export const anyEvent = `select 1 from parked_event where consumer = $1 and key = $2 limit 1`;

/** The next event begins with fresh attempts. */
export const resetKey = `
  update parked_key set attempts = 0, failing_since = null where consumer = $1 and key = $2`;

export const deleteKey = `delete from parked_key where consumer = $1 and key = $2`;

/** Ends the claim; what is not given stays as it was. */
export const postpone = `
  update parked_key set state = coalesce($4, state), attempts = $5, next_at = $6,
    cause_code = coalesce($7, cause_code), cause_message = coalesce($8, cause_message),
    cause_class = coalesce($9, cause_class), failing_since = coalesce($10, failing_since),
    lease_until = null
  where consumer = $1 and key = $2 and epoch = $3`;

export const figures = `
  select count(*)::int as keys, (count(*) filter (where state = 'quarantined'))::int as quarantined,
    (select count(*)::int from parked_event where consumer = $1) as events,
    (select coalesce(max(n), 0)::int from
      (select count(*) as n from parked_event where consumer = $1 group by key) per_key) as fullest,
    min(parked_at) as oldest
  from parked_key where consumer = $1`;

export const list = `
  select k.consumer, k.key, k.state, k.attempts, k.next_at as "nextAt",
    k.cause_code as "causeCode", k.cause_message as "causeMessage", k.parked_at as "parkedAt",
    (select count(*)::int from parked_event e where e.consumer = k.consumer and e.key = k.key)
      as events
  from parked_key k where $2::text is null or k.consumer = $2
  order by k.parked_at limit $1`;

export const waiting = `
  select seq, topic, partition, "offset", timestamp_ms, headers, payload from parked_event
  where consumer = $1 and key = $2 order by seq limit $3`;

/** The key's row for an act; `is_busy` while somebody replays it. */
export const lockForAct = `
  select attempts, cause_code, cause_message, cause_class, coalesce(lease_until > $3, false) as is_busy
  from parked_key where consumer = $1 and key = $2 for update`;

export const setPayload = `
  update parked_event set payload = $4 where consumer = $1 and key = $2 and seq = $3`;

export const deleteUpTo = `
  delete from parked_event where consumer = $1 and key = $2 and seq <= $3`;

/** Ends every claim; `due`: tried at once, whatever a clock says; `fresh`: as if it had never failed. */
export const free = {
  due: `
    update parked_key set state = 'retrying', next_at = 'epoch', epoch = epoch + 1, lease_until = null
    where consumer = $1 and key = $2`,
  fresh: `
    update parked_key set state = 'retrying', next_at = 'epoch', epoch = epoch + 1,
      lease_until = null, attempts = 0, failing_since = null
    where consumer = $1 and key = $2`,
  unchanged: `
    update parked_key set epoch = epoch + 1, lease_until = null where consumer = $1 and key = $2`,
} as const;

export const countWaiting = `
  select count(*)::int as waiting from parked_event where consumer = $1 and key = $2`;

export const knownLetters = `
  select topic, partition, "offset" from dead_letter_redriven
  where (topic, partition, "offset") in (
    select * from unnest($1::text[], $2::int[], $3::bigint[]))`;

export const markLetters = `
  insert into dead_letter_redriven (topic, partition, "offset", act)
  select topic, partition, "offset", $4::bigint
  from unnest($1::text[], $2::int[], $3::bigint[]) as l (topic, partition, "offset")
  on conflict do nothing`;

/** Puts a message before everything that waits of its key. */
export const prependEvent = `
  insert into parked_event (consumer, key, seq, topic, partition, "offset", timestamp_ms, headers,
    payload, parked_at)
  overriding system value
  select $1, $2, coalesce(min(seq), 0) - 1, $3, $4, $5, $6, $7, $8, $9
  from parked_event where consumer = $1 and key = $2`;
