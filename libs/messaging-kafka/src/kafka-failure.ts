import { DependencyDown, Failure, PermanentFailure } from '@sluice/failure';

const refusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_RECORD',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);

/** Translates what kafkajs throws: a refusal is permanent, everything else means that Kafka does not answer. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const type = protocolTypeOf(error);
  if (type !== undefined && refusals.has(type)) {
    return new PermanentFailure('PUBLISH_REFUSED', `Kafka refuses the message: ${type}.`, {
      cause: error,
    });
  }
  const name = error instanceof Error ? error.name : typeof error;
  return new DependencyDown('kafka', `Kafka does not answer: ${type ?? name}.`, { cause: error });
}

/** Kafka's name of the error, looked for along the causes. */
export function protocolTypeOf(error: unknown): string | undefined {
  let each = error;
  for (let depth = 0; depth < 10 && each instanceof Error; depth += 1) {
    if ('type' in each && typeof each.type === 'string') return each.type;
    each = each.cause ?? ('originalError' in each ? each.originalError : undefined);
  }
  return undefined;
}
