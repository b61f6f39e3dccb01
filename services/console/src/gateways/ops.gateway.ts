import type { UnansweredView } from '../views.ts';

/** What one service answered, or why it did not. */
export type OpsAnswer =
  | { readonly service: string; readonly status: number; readonly body: unknown }
  | UnansweredView;

/** The operator endpoints of the other services. */
export abstract class OpsGateway {
  /** Asks every service for one path, all at the same time; none is waited for longer than the bound. */
  abstract askAll(path: string): Promise<readonly OpsAnswer[]>;
}

/** Answers with status 200 that are lists, and the services without one. */
export function listsOf<T>(answers: readonly OpsAnswer[]): {
  readonly rows: readonly (T & { readonly service: string })[];
  readonly unanswered: readonly UnansweredView[];
} {
  const rows: (T & { readonly service: string })[] = [];
  const unanswered: UnansweredView[] = [];
  for (const answer of answers) {
    if ('reason' in answer) unanswered.push(answer);
    else if (answer.status === 200 && Array.isArray(answer.body)) {
      for (const row of answer.body as T[]) rows.push({ ...row, service: answer.service });
    } else unanswered.push({ service: answer.service, reason: `It answered ${answer.status}.` });
  }
  return { rows, unanswered };
}
