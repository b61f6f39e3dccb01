/** A request that was not answered as hoped: what happened, and the id by which it is found in the logs. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly traceId: string | null;

  constructor(status: number, facts: { code: string; detail: string; traceId: string | null }) {
    super(facts.detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = facts.code;
    this.traceId = facts.traceId;
  }
}

/** Parameters of an address; those that are empty or unset are left out. */
export type Parameters = Readonly<Record<string, string | number | boolean | null | undefined>>;

const timeoutMs = 15_000;

/**
 * Reads one address of the API.
 * @throws ApiProblem when the console does not answer, or answers with a problem.
 */
export async function read<T>(
  path: string,
  options: { readonly parameters?: Parameters; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const { parameters = {}, signal } = options;
  const bound = AbortSignal.timeout(timeoutMs);
  const address = `/api/v1/${path}${queryOf(parameters)}`;
  let response: Response;
  try {
    response = await fetch(address, {
      signal: signal === undefined ? bound : AbortSignal.any([signal, bound]),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const detail =
      'The console does not answer. It may be starting; the page tries again by itself.';
    throw new ApiProblem(0, { code: 'CONSOLE_AWAY', detail, traceId: null });
  }
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}

function queryOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Partial<Record<string, unknown>>;
  const { code, detail, traceId } = body;
  return new ApiProblem(response.status, {
    code: typeof code === 'string' ? code : `HTTP_${response.status}`,
    detail: typeof detail === 'string' ? detail : 'The console could not answer.',
    traceId: typeof traceId === 'string' ? traceId : null,
  });
}
