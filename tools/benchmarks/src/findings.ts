/** What is known of missed targets, by the name of the benchmark. */
export type Findings = Readonly<Record<string, readonly string[]>>;

/**
 * What a profile showed and what was tried on each of its largest causes, in microseconds of CPU time an event unless
 * said otherwise; printed while a target is missed.
 */
export const findings: Findings = {
  'path-3hop': [
    'Of the mapper, garbage collection takes 20 %, mapping 19 %, requests of kafkajs 18 % (8 % are writes to sockets), making the outgoing message 14 % (half of it the search for card numbers). Of the hop, the append to its outbox takes 15 %, statements on their way to PostgreSQL 14 %, garbage collection, requests of kafkajs and reading messages 9 % each.',
    'Records: kafkajs encodes and decodes one header after the other; with records of our own ([0011](../decisions/0011-own-record-encoding.md)) and all headers written as one text a record takes 2.3 instead of 4.0.',
    'Messages: the search for card numbers 3.5 instead of 6.4, the envelope 0.8 instead of 2.9 to make and 3.8 instead of 5.5 to read, the value 1.1 instead of 1.9 to encode, the mapping 5.4 instead of 6.6.',
    'PostgreSQL: statements are prepared once ([0010](../decisions/0010-statements-are-prepared-once.md)); batches travel as binary arrays, an append costs the process 4.7 instead of 10.0 and the database 10.9 instead of 15.3. One buffer that the statement cuts into payloads was slower than that.',
    'Garbage collection: young generations of 8, 16, 32 and 64 MB made no difference beyond the spread.',
  ],
  'path-latency': [
    'At 2,000 events a second all processes together keep 1.8 of two processors busy, so that events wait for a processor: an event costs 880 there, 290 in a drain (path-3hop) and fifty times that at 50 a second, for cost falls as batches grow. At 500 a second p99 is below the target.',
  ],
  'ingress-http': [
    'The gateway is bound to its main thread, and its profile is flat: the client of PostgreSQL 17 %, garbage collection 16 %, reading the notification 10 %, verifying its signature and searching it for card numbers 9 %, the append to the outbox 6 %; the frames of Nest and Fastify around them about 20 %.',
    'PostgreSQL: notifications that arrive together are written in one transaction (379 became 176 for 8,000 requests at 64 connections, 142 became 48 at 256), as binary arrays.',
    'Garbage collection: young generations of 16 and 32 MB made no difference beyond the spread.',
    'Search for card numbers: 3.5 instead of 6.4 for an event, and the body that arrives is searched by the same code.',
    'The bare server neither verifies, parses nor publishes. It reaches about four times the naive one at either number of connections, so that HTTP and one insert alone stay below the targets of 5 and 8 on these processors.',
  ],
};
