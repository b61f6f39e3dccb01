-- Run once for each service whose outbox Debezium reads, by a role that may create publications; here for
-- cybersource-gateway, whose schema is cybersource_gateway. The publication must go by way of the root: the outbox is
-- partitioned by day, and a connector that saw the partitions would miss tomorrow's.
create publication sluice_outbox_cybersource_gateway
  for table cybersource_gateway.outbox
  with (publish = 'insert', publish_via_partition_root = true);

grant usage on schema cybersource_gateway to sluice_debezium;
grant select on cybersource_gateway.outbox to sluice_debezium;
