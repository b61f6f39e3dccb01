/** What is known of missed targets, by the name of the benchmark. */
export type Findings = Readonly<Record<string, readonly string[]>>;

/**
 * What a profile showed and what was tried on each of its largest causes, in microseconds of CPU time an event unless
 * said otherwise; printed while a target is missed.
 */
export const findings: Findings = {
  'path-3hop': [
    'Of the mapper, garbage collection takes 23 %, mapping 19 %, making the outgoing message 17 % (half of it the search for card numbers), taking messages in 11 %, the produce request 7 %, writes to sockets 4 %. Of the hop, the append to its outbox and statements on their way to PostgreSQL take 18 % each (writes to sockets 11 %), making messages 11 %, garbage collection 10 %, taking messages in 8 %.',
    'Produce requests: kafkajs copies every byte eight times through encoders that double and are cleared, and computes the checksum byte by byte; written into one buffer ([0011](../decisions/0011-own-record-encoding.md)) a relay takes 16 instead of 31, the mapper 57 instead of 69, the hop with relay 50 instead of 61.',
    'Batches: the mapper takes 500 events a call instead of 100: 67 instead of 74, the broker 26 instead of 36.',
    'Garbage collection: a group holds 1,500 messages in memory instead of 5,000, which took the hop with relay from 68 to 60, and fetches 256 KB a partition instead of 1 MB (7,500 instead of 7,100 a second; 64 and 128 KB made it slower again). Young generations of 8, 16, 32 and 64 MB made no difference beyond the spread.',
    'Records and messages: decoding a record 1.9 instead of 2.7, since headers that stand where they stood before are not made anew; the search for card numbers 3.5 instead of 6.4, the envelope 0.8 instead of 2.9 to make and 3.8 instead of 5.5 to read, the value 1.1 instead of 1.9 to encode, the mapping 5.4 instead of 6.6, and conditions that compare a path with a text are compared without CEL.',
    'PostgreSQL: statements are prepared once ([0010](../decisions/0010-statements-are-prepared-once.md)); batches travel as binary arrays, an append costs the process 4.7 instead of 10.0 and the database 10.9 instead of 15.3. One buffer that the statement cuts into payloads was slower than that.',
  ],
  hop: [
    'The same 79 an event as in the run before, in which a row at a time took 317 instead of 303: the target lies within the spread of that baseline (4.14 then, 3.65 to 4.51).',
    'What the 79 are made of is said of the hop of path-3hop. Tried on the largest parts: batches as binary arrays (an append costs the process 4.7 instead of 10.0 and the database 10.9 instead of 15.3), statements that are prepared once ([0010](../decisions/0010-statements-are-prepared-once.md)), records and headers read by our own decoder ([0011](../decisions/0011-own-record-encoding.md)).',
  ],
  'path-latency': [
    'Every stage that takes what there is works as often as the processors allow: without gathering about a hundred publishes, fetches and transactions a second at 500 and at 2,000 events a second alike, 1.9 of two processors busy, 900 an event instead of 290 in a drain (path-3hop). A burst, a collection of garbage or a checkpoint then becomes a queue that goes only slowly; p99 is the longest of these queues in six seconds.',
    'The source committed as fast as commits can follow one another, up to 770 a second of 3 events, and took whatever time others saved; now every 10 ms at most, and the wait counts. By itself that changed nothing beyond the spread (p99 261 and 241 ms).',
    'The relay gathers under load for up to 25 ms ([0017](../decisions/0017-the-relay-gathers-under-load.md)): about 38 publishes, fetches and transactions a second, 675 instead of 919 an event, p99 163 (143–222) instead of 287 (193–324) ms and p50 56 instead of 74 ms, interleaved; at 500 a second 2,120 instead of 3,326, p99 188 instead of 239 ms, but p50 73 instead of 46 ms. 35 ms made no difference beyond the spread, 10 ms together with paced fetches kept 1.9 processors busy as before. Since produce requests cost less, 10 instead of 25 ms give p50 30 and 55 instead of 54 and 53 ms and p99 126 and 189 instead of 159 and 185 ms (two runs of four rounds each, in turn), for a sixth more CPU time.',
    'Fetches at least 12 to 20 ms apart: nothing more, for consumers follow the rhythm of the relay. A cursor that is stored every 100 ms instead of with every page: PostgreSQL 169 instead of 182, p99 the same, and a killed relay would repeat more.',
    'What is left: between stalls all events of a tenth of a second come out within 60 to 90 ms, and a stall adds 50 to 200 ms. Some begin with a collection of an old generation, every few seconds in the source, the hop and the mapper, which holds a main thread for 10 to 40 ms and whose helper threads compete with everybody for two processors; others begin when a commit takes 50 to 85 ms. One helper thread for each process instead of four made no difference beyond the spread. The broker compiled fully instead of quickly costs more in the first minute (195 to 240 instead of 141), for the compiler takes more than it saves.',
  ],
  'ingress-http': [
    'The profile of the gateway is flat: garbage collection 18 %, writes to sockets 12 % (answers, statements, requests of kafkajs), search for card numbers 10 %, the client of PostgreSQL 8 %, the frames of Nest and Fastify 7 %, requests of kafkajs 6 %, the canonical form of the payload 5 %, verifying the signature 5 %, reading JSON 4 %, the append to the outbox 3 %.',
    'Its main thread needs 330 to 410 for a known payment at 64 connections and 285 to 300 for an unknown one at 256. Five times the naive server would leave it about 160, of which the bare server’s whole process takes 116. When the machine had less else to do it ran for 59 % of the time at 64 connections and 68 % at 256, and waited for a processor for 13 and 23 %; beside other work it waited for a third to a half.',
    'Frames of Nest and Fastify: without any of them (Node’s own server; no router, guard, parser, trace, bounds or problem details), which is more than a path of its own for webhooks could save, the gateway needs 0.90 of its CPU time at 64 connections in either of two runs, and 1.01 and 0.76 at 256. The rate moved both ways (0.98 and 0.81; 0.89 and 1.26) on a machine that had other work, so that no such path was built.',
    'PostgreSQL: notifications that arrive together are written in one transaction (379 became 176 for 8,000 requests at 64 connections, 142 became 48 at 256), as binary arrays. A second transaction beside the first from 24 waiting notifications on instead of 64 brought nothing (0.91 of the rate at 64, 0.99 at 256), and neither did statements that are sent without waiting for the answers before them, from the start of the transaction on (0.99 and 0.97); all of it beside other work.',
    'Garbage collection: what is waiting for its transaction survives, so that a collection of a young generation of 8 MB takes 5 to 8 ms. With one of 16 MB, which services have now, the gateway needs 0.80 to 1.05 of its CPU time, 0.9 in the median (two runs of each in turn); 32 MB with a collector without helper threads were no better (0.90 and 0.87).',
    'Search for card numbers: 3.5 instead of 6.4 for an event, and 6.8 instead of 7.5 for the body that arrives since exempt paths are looked through for hits only.',
    'The bare server verifies and parses, but makes no id that is the same for every delivery, searches for no card numbers and publishes nothing. It reaches about four times the naive one at either number of connections, so that HTTP and one insert alone stay below the targets of 5 and 8 on these processors.',
  ],
  'trace-cost': [
    'Attributes given to a span at its start are examined before the sampler decides: the creation span of an event that is sampled out cost 2.1, and 1.0 since they are set on recorded spans only.',
    'Links: a batch links to the creation of up to 128 events, at each receive and each send; they were worked out for spans that are not recorded, and are not any more.',
    'What is left: an id for every event, the context of every step, and 66 bytes in the headers of a row and of three records. Processes are new for every run, and two runs without tracing differ by as much as the target allows.',
  ],
};
