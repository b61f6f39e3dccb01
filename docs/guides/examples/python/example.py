"""Prints every event of one topic as a JSON line. Stop it with Ctrl-C.

  KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… python3 example.py payments.v1 reports.python-example
Packages: confluent-kafka 2.x, fastavro 1.x
"""
import functools, io, json, os, signal, struct, sys, urllib.request

try:
    from confluent_kafka import Consumer
    from fastavro import parse_schema, schemaless_reader
except ModuleNotFoundError as missing:
    sys.exit(f"The Python package of the module {missing.name} is missing: pip install confluent-kafka fastavro")

brokers, registry = os.environ.get("KAFKA_BROKERS"), os.environ.get("SCHEMA_REGISTRY_URL")
if len(sys.argv) != 3 or not brokers or not registry:
    sys.exit("Usage: KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… python3 example.py TOPIC GROUP")

@functools.cache
def schema(schema_id):
    with urllib.request.urlopen(f"{registry}/schemas/ids/{schema_id}", timeout=10) as answer:
        return parse_schema(json.loads(json.load(answer)["schema"]))

def decode(value):
    # Wire format: a zero byte, the schema's id as a big-endian int, then the Avro data.
    magic, schema_id = struct.unpack(">bI", value[:5])
    if magic != 0:
        raise ValueError("not in wire format")
    return schemaless_reader(io.BytesIO(value[5:]), schema(schema_id), None)


# Only for show: it forgets at a restart. Keep the ids where you keep your results, in one transaction.
seen_ids = {}
consumer = Consumer({"bootstrap.servers": brokers, "group.id": sys.argv[2],
                     "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe([sys.argv[1]])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            raise RuntimeError(message.error())
        headers = {name: text.decode() for name, text in message.headers() or []}
        event_id = headers["ce_id"]
        if event_id in seen_ids:
            print(f"repeat of {event_id} dropped", file=sys.stderr)
        else:
            line = {"id": event_id, "type": headers["ce_type"], "key": message.key().decode(),
                    "version": headers.get("ce_version"), "data": decode(message.value())}
            print(json.dumps(line, default=str), flush=True)
            seen_ids[event_id] = True
            if len(seen_ids) > 100_000:
                del seen_ids[next(iter(seen_ids))]
        consumer.commit(message)  # After the work: a crash before this brings the event again.
except KeyboardInterrupt:
    pass
finally:
    consumer.close()
