import 'reflect-metadata';

/** What a setting says about itself. */
export interface SettingOptions {
  /** One sentence for the person who sets it: meaning, unit, bounds. */
  readonly doc: string;
  /** Value when the environment has none; without one the setting is required. */
  readonly default?: string | number | boolean;
  /** Never printed, and may come from the file that `<NAME>_FILE` names. @default false */
  readonly secret?: boolean;
  /** May stay unset. @default false */
  readonly optional?: boolean;
}

/** A setting as documentation lists it. */
export interface SettingDescription extends SettingOptions {
  readonly name: string;
  readonly property: string;
  readonly type: 'string' | 'number' | 'boolean';
}

const registry = new Map<object, SettingDescription[]>();

/**
 * Binds a property of a settings class to an environment variable.
 * The property's type (string, number or boolean) decides how the text is read.
 */
export function Setting(name: string, options: SettingOptions): PropertyDecorator {
  return (target, property) => {
    const designType = Reflect.getMetadata('design:type', target, property) as unknown;
    const list = registry.get(target) ?? [];
    list.push({ ...options, name, property: String(property), type: typeName(designType) });
    registry.set(target, list);
  };
}

/** Every setting of a class, its base classes first. */
export function describeSettings(settingsClass: new () => object): readonly SettingDescription[] {
  const chain: SettingDescription[][] = [];
  let prototype: object | null = settingsClass.prototype as object;
  while (prototype !== null && prototype !== Object.prototype) {
    chain.unshift(registry.get(prototype) ?? []);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  const byName = new Map(chain.flat().map((setting) => [setting.property, setting]));
  return [...byName.values()];
}

function typeName(designType: unknown): SettingDescription['type'] {
  if (designType === Number) return 'number';
  if (designType === Boolean) return 'boolean';
  return 'string';
}
