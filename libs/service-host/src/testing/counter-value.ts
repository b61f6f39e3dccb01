import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** What a counter stands at, as `/metrics` serves it: the sum over all series with these labels. */
export async function counterValue(
  app: NestFastifyApplication,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { body } = await app.inject({ method: 'GET', url: '/metrics' });
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const series = body
    .split('\n')
    .filter((line) => line.startsWith(`${name}_total{`))
    .filter((line) => wanted.every((label) => line.includes(label)));
  return series.reduce((sum, line) => sum + Number(/\} (\S+)/.exec(line)?.[1]), 0);
}
