/** A setting of a benchmark's program. @throws Error when it is missing. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}

/** Addresses of the brokers. */
export function brokersOf(): string[] {
  return setting('KAFKA_BROKERS').split(',');
}
