import type { Address } from './stack-state.ts';

/** The addresses as an aligned table, one line each. */
export function addressTable(addresses: readonly Address[]): string {
  const width = Math.max(...addresses.map(({ title }) => title.length));
  return addresses.map(({ title, url }) => `  ${title.padEnd(width)}  ${url}`).join('\n');
}
