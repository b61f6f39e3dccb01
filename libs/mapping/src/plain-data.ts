type Data = Readonly<Record<string, unknown>>;

/**
 * Makes variables acceptable to CEL, which refuses instances of classes: decoded Avro records are
 * such. Plain variables pass as they are; otherwise only what the paths read is copied.
 */
export function plainPicker(paths: readonly string[]): (variables: Data) => Data {
  const outermost = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}.`)));
  const routes = outermost.map((path) => path.split('.'));
  return (variables) => {
    for (const name in variables) {
      if (isInstance(variables[name])) return pick(variables, routes);
    }
    return variables;
  };
}

function pick(variables: Data, routes: readonly (readonly string[])[]): Data {
  const picked: Record<string, unknown> = {};
  for (const route of routes) {
    let from: unknown = variables;
    let into = picked;
    let left = route.length;
    for (const segment of route) {
      left -= 1;
      if (typeof from !== 'object' || from === null || !Object.hasOwn(from, segment)) break;
      const value = (from as Data)[segment];
      if (left === 0 || typeof value !== 'object' || value === null) {
        into[segment] = copyOf(value);
        break;
      }
      const existing = into[segment] as Record<string, unknown> | undefined;
      into = into[segment] = existing ?? {};
      from = value;
    }
  }
  return picked;
}

function isInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null && !isBuiltIn(value);
}

function isBuiltIn(value: object): boolean {
  return value instanceof Map || value instanceof Date || value instanceof Uint8Array;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isBuiltIn(value)) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)]));
}
