/** Gives the same value every time; a copy of its own of anything that its receiver could change. */
export function constantOf(value: unknown): () => unknown {
  if (typeof value !== 'object' || value === null) return () => value;
  return () => structuredClone(value);
}
