/** Makes the row; $1 name. */
export const createSql = `insert into rate_budget (name) values ($1) on conflict do nothing`;

/**
 * Grants a permit in one statement, or changes nothing.
 *
 * A writer that waited for the row lock sees its condition evaluated again on the newest row, so
 * that two replicas cannot both take the last place. The instant is the one before that wait: a
 * little early, which counts a grant too many rather than one too few.
 * $1 name, $2 permit id, $3 per window, $4 concurrency, $5 window in seconds, $6 lease in seconds.
 */
export const grantSql = `
  update rate_budget b set
    grants = array(
      select g from unnest(b.grants) g where g > n.at - make_interval(secs => $5)
    ) || clock_timestamp(),
    permit_ids = array(
      select p.id from unnest(b.permit_ids, b.permit_until) with ordinality p (id, until, place)
      where p.until > n.at order by p.place
    ) || $2::text,
    permit_until = array(
      select p.until from unnest(b.permit_ids, b.permit_until) with ordinality p (id, until, place)
      where p.until > n.at order by p.place
    ) || (clock_timestamp() + make_interval(secs => $6))
  from (select clock_timestamp() as at) n
  where b.name = $1
    and b.blocked_until <= n.at
    and (select count(*) from unnest(b.grants) g
         where g > n.at - make_interval(secs => $5)) < $3::int
    and (select count(*) from unnest(b.permit_until) u where u > n.at) < $4::int
  returning 1`;

/** How long the window or a block certainly lasts; $1 name, $2 per window, $3 window in seconds. */
export const hintSql = `
  select extract(epoch from greatest(
    b.blocked_until,
    (select g + make_interval(secs => $3) from unnest(b.grants) g order by g desc
     offset $2::int - 1 limit 1)
  ) - clock_timestamp())::float8 * 1000 as wait_ms
  from rate_budget b where b.name = $1`;

/** Gives a permit back; $1 name, $2 permit id. */
export const releaseSql = `
  update rate_budget b set
    permit_ids = array(
      select p.id from unnest(b.permit_ids, b.permit_until) with ordinality p (id, until, place)
      where p.id <> $2 order by p.place),
    permit_until = array(
      select p.until from unnest(b.permit_ids, b.permit_until) with ordinality p (id, until, place)
      where p.id <> $2 order by p.place)
  where b.name = $1 and $2 = any(b.permit_ids)`;

/** $1 name, $2 seconds since 1970. */
export const blockSql = `
  update rate_budget set blocked_until = greatest(blocked_until, to_timestamp($2::float8))
  where name = $1`;
