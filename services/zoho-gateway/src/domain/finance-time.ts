const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** An instant as the finance APIs write it, `2026-03-01T10:00:00+0100`; undefined when it is none. */
export function readFinanceTime(text: string): Date | undefined {
  const [, local, zone] = pattern.exec(text) ?? [];
  if (local === undefined || zone === undefined) return undefined;
  const colonZone = zone.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
  const instant = new Date(local + colonZone);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
