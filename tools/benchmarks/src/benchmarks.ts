import { backlog } from './backlog/backlog.ts';
import type { Benchmark } from './benchmark.ts';
import { codec } from './codec/codec.ts';
import { growth } from './growth/growth.ts';
import { hop } from './hop/hop.ts';
import { idle } from './idle/idle.ts';
import { ingressHttp } from './ingress-http/ingress-http.ts';
import { path3hop } from './path-3hop/path-3hop.ts';
import { pathLatency } from './path-latency/path-latency.ts';
import { recovery } from './recovery/recovery.ts';
import { relayDrain } from './relay-drain/relay-drain.ts';
import { relayWake } from './relay-wake/relay-wake.ts';
import { traceCost } from './trace-cost/trace-cost.ts';

/** Every benchmark; one folder each. */
export const benchmarks: readonly Benchmark[] = [
  codec,
  ingressHttp,
  relayDrain,
  relayWake,
  hop,
  path3hop,
  pathLatency,
  backlog,
  growth,
  traceCost,
  idle,
  recovery,
];
