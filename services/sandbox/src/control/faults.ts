import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isJson } from '../json.ts';

/** What goes wrong on a route. `reset_after` and `status_after` do the work first. */
export const faultKinds = [
  'delay',
  'status',
  'status_after',
  'reset_before',
  'reset_after',
  'garbage',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A fault set through the control API. */
export interface Fault {
  /** `METHOD /path`: the path is a prefix, `*` stands for one segment; `*` alone is every route. */
  readonly route: string;
  readonly kind: FaultKind;
  readonly delayMs?: number;
  readonly status?: number;
  readonly body?: unknown;
  /** How often it strikes; without it, until it is removed. */
  readonly times?: number;
}

/** Raised when the control API is given a fault that cannot be. */
export class FaultRefused extends Error {}

/** The faults in force at one twin, oldest first; the first that fits a request strikes. */
export class Faults {
  private list: { fault: Fault; matches: RegExp; left: number }[] = [];

  replace(faults: readonly unknown[]): void {
    this.list = faults.map((value) => {
      const fault = checked(value);
      return { fault, matches: routePattern(fault.route), left: fault.times ?? Infinity };
    });
  }

  clear(): void {
    this.list = [];
  }

  inForce(): Fault[] {
    return this.list.filter(({ left }) => left > 0).map(({ fault }) => fault);
  }

  /** The fault that strikes this request, used up by one. */
  take(method: string, path: string): Fault | undefined {
    const entry = this.list.find(
      ({ matches, left }) => left > 0 && matches.test(`${method} ${path}`),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault;
  }
}

/** Makes the faults strike: before the work, or between the commit and the answer. */
export function installFaults(
  app: FastifyInstance,
  faults: Faults,
  onCut: (request: FastifyRequest) => void,
): void {
  const struck = new WeakMap<FastifyRequest, Fault>();
  app.addHook('preHandler', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    if (path.startsWith('/_control')) return;
    const fault = faults.take(request.method, path);
    if (fault === undefined) return;
    struck.set(request, fault);
    if (fault.delayMs !== undefined) await pause(fault.delayMs);
    if (fault.kind === 'status') return reply.code(fault.status ?? 500).send(bodyOf(fault));
    if (fault.kind === 'reset_before') {
      reply.hijack();
      onCut(request);
      request.raw.socket.destroy();
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const fault = struck.get(request);
    if (fault?.kind === 'reset_after') {
      onCut(request);
      request.raw.socket.destroy();
      return payload;
    }
    if (fault?.kind === 'status_after') {
      reply.code(fault.status ?? 502);
      return JSON.stringify(bodyOf(fault));
    }
    if (fault?.kind !== 'garbage') return payload;
    return typeof fault.body === 'string' ? fault.body : '<html>\u0000 502 bad gat';
  });
}

function bodyOf(fault: Fault): unknown {
  return fault.body ?? { message: 'A fault was set on this route.' };
}

function checked(value: unknown): Fault {
  if (!isJson(value) || typeof value['route'] !== 'string') {
    throw new FaultRefused('A fault needs a route such as "POST /pts/v2/payments".');
  }
  if (!faultKinds.some((kind) => kind === value['kind'])) {
    throw new FaultRefused(`The kind of a fault is one of ${faultKinds.join(', ')}.`);
  }
  for (const name of ['delayMs', 'status', 'times']) {
    const number = value[name];
    if (number !== undefined && (typeof number !== 'number' || number < 0)) {
      throw new FaultRefused(`${name} must be a number of at least 0.`);
    }
  }
  return value as unknown as Fault;
}

function routePattern(route: string): RegExp {
  if (route === '*') return /^/;
  const escaped = route.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '[^/ ]+');
  return new RegExp(`^${escaped}(?:/|$)`);
}
