import type { Actor } from '../world/actor.ts';
import { world } from '../world/world.ts';

/** A request as it arrives at a third party. */
export interface ArrivedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a third party answers. */
export interface ServedReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A third party: an own ledger behind HTTP. */
export interface ThirdParty {
  serve(request: ArrivedRequest): ServedReply;
}

/** What may go wrong with one call of a third party. */
export type NetworkFault =
  | 'refused connection'
  | '429'
  | '5xx before'
  | '5xx after'
  | 'reset before'
  | 'reset after'
  | 'timeout before'
  | 'timeout after'
  | 'garbage after'
  | 'redirect'
  | 'slow'
  | undefined;

/** Decides what goes wrong. */
export interface NetworkFate {
  callFault(actor: Actor, isRead: boolean): NetworkFault;
}

/** One call as the client makes it. */
export interface OutgoingCall extends ArrivedRequest {
  readonly host: string;
  readonly signal: AbortSignal | undefined;
}

/** The answer as it comes back over the wire. */
export interface IncomingReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const garbage = '<html><body>Service temporarily unavailable</body></html>';

/** Everything between the product and third parties. What was sent arrives even when its sender is dead by then. */
export class SimulatedNetwork {
  readonly #hosts = new Map<string, ThirdParty>();
  readonly #fate: NetworkFate;

  constructor(fate: NetworkFate) {
    this.#fate = fate;
  }

  addHost(host: string, party: ThirdParty): void {
    this.#hosts.set(host, party);
  }

  call(call: OutgoingCall): Promise<IncomingReply> {
    const here = world();
    const { actor } = here;
    const party = this.#hosts.get(call.host);
    if (party === undefined) throw refusedConnection();
    const isRead = call.method === 'GET' || call.path.includes('search');
    const fault = this.#fate.callFault(actor, isRead);
    if (fault !== undefined) here.countFault(`third party ${fault}`);
    const name = `${actor.name} ${call.method} ${call.host} ${fault ?? 'well'}`;
    return new Promise((resolve, reject) => {
      call.signal?.addEventListener('abort', () => reject(call.signal?.reason as Error));
      if (fault === 'refused connection') {
        here.plan(1, () => reject(refusedConnection()));
        return;
      }
      const arrivalMs = fault === 'slow' ? here.pace.between(500, 4_800) : here.pace.between(5, 80);
      here.planOutside(arrivalMs, () => {
        const reply = replyOf(fault, () => party.serve(call));
        here.record(`${name} ${reply?.status ?? 'silence'}`);
        if (fault === 'timeout before' || fault === 'timeout after') return;
        here.planOutside(here.pace.between(5, 60), () => {
          here.tell(actor, () => (reply === undefined ? reject(reset()) : resolve(reply)));
        });
      });
    });
  }
}

/** The answer under the fault; undefined when the connection breaks. The ledger is touched only where it says so. */
function replyOf(fault: NetworkFault, serve: () => ServedReply): IncomingReply | undefined {
  switch (fault) {
    case '429':
      return { status: 429, headers: { 'retry-after': '3' }, text: '{}' };
    case '5xx before':
      return { status: 503, headers: {}, text: garbage };
    case '5xx after':
      serve();
      return { status: 502, headers: {}, text: garbage };
    case 'reset before':
    case 'timeout before':
      return undefined;
    case 'reset after':
    case 'timeout after':
      serve();
      return undefined;
    case 'garbage after':
      serve();
      return { status: 200, headers: { 'content-type': 'text/html' }, text: garbage };
    case 'redirect':
      return { status: 307, headers: { location: 'https://mirror.example/' }, text: '' };
    default: {
      const { status, headers = {}, body } = serve();
      return { status, headers, text: JSON.stringify(body) };
    }
  }
}

function refusedConnection(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });
}

function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}
