import { readFileSync } from 'node:fs';
import { validateSync } from 'class-validator';
import { describeSettings } from './setting.ts';
import type { SettingDescription } from './setting.ts';

/** The environment is wrong: every fault at once, so that one restart is enough. */
export class SettingsFailure extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The settings are wrong:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'SettingsFailure';
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and validates settings, once, before anything starts.
 *
 * A secret may come from the file that `<NAME>_FILE` names; its last line feed is dropped.
 * The result is frozen.
 * @throws SettingsFailure naming every missing or invalid setting; values of secrets are not shown.
 */
export function loadSettings<T extends object>(
  settingsClass: new () => T,
  environment: Environment = process.env,
): Readonly<T> {
  const settings = new settingsClass();
  const descriptions = describeSettings(settingsClass);
  const faults: string[] = [];
  const faulty = new Set<string>();
  for (const description of descriptions) {
    try {
      const value = readSetting(description, environment);
      if (value !== undefined) Object.assign(settings, { [description.property]: value });
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
      faulty.add(description.property);
    }
  }
  faults.push(...validationFaults(settings, descriptions, faulty));
  if (faults.length > 0) throw new SettingsFailure(faults);
  return Object.freeze(settings);
}

function validationFaults(
  settings: object,
  descriptions: readonly SettingDescription[],
  faulty: ReadonlySet<string>,
): string[] {
  const byProperty = new Map(
    descriptions.map((description) => [description.property, description]),
  );
  const unset = (property: string): boolean =>
    byProperty.get(property)?.optional === true && Reflect.get(settings, property) === undefined;
  return validateSync(settings, { forbidUnknownValues: false })
    .filter((fault) => !faulty.has(fault.property) && !unset(fault.property))
    .map((fault) => {
      const description = byProperty.get(fault.property);
      const name = description?.name ?? fault.property;
      const rules = Object.values(fault.constraints ?? {}).join(', ');
      return `${name}: ${rules}${description === undefined ? '' : ` (${description.doc})`}`;
    });
}

function readSetting(description: SettingDescription, environment: Environment): unknown {
  const text = environment[description.name] ?? readSecretFile(description, environment);
  if (text === undefined || text === '') {
    if (description.default !== undefined) return description.default;
    if (description.optional === true) return undefined;
    throw new Error(`${description.name} is missing (${description.doc})`);
  }
  if (description.type === 'number') return readNumber(description.name, text);
  if (description.type === 'boolean') return readBoolean(description.name, text);
  return text;
}

function readSecretFile(
  description: SettingDescription,
  environment: Environment,
): string | undefined {
  const path = environment[`${description.name}_FILE`];
  if (description.secret !== true || path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`${description.name}_FILE: the file ${path} cannot be read`, { cause: error });
  }
}

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`${name} must be a number`);
  return value;
}

function readBoolean(name: string, text: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new Error(`${name} must be true or false`);
}
