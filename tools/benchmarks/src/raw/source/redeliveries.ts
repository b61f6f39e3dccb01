/** A repeat comes so many places after the first, so that it falls into another batch or the same one. */
const distance = 250;

/** The list with some of its members a second time, as a broker delivers them after a lost commit. */
export function withRedeliveries<T>(members: readonly T[], part: number): T[] {
  if (part === 0) return [...members];
  const every = Math.round(1 / part);
  return members.flatMap((member, place) => {
    const repeated = members[Math.max(0, place - distance)];
    return place % every === 0 && repeated !== undefined ? [member, repeated] : [member];
  });
}
