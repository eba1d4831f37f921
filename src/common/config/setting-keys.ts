import { SalverSettings } from './server.config.js';
import { snakeCase } from './snake-case.js';

/** The names of the blocks of `salver.yaml`. */
export type SettingSection = {
  [K in keyof SalverSettings]: SalverSettings[K] extends object ? K : never;
}[keyof SalverSettings];

export type SettingValue = string | number | boolean;

/** One setting of `salver.yaml`. */
export interface SettingKey {
  /** Undefined for a setting that stands at the top. */
  readonly section: SettingSection | undefined;
  /** The property of the section, or at the top. */
  readonly property: string;
  /** The key path in the file: `server.keep_alive_timeout_seconds`. */
  readonly path: string;
  /** The key path in capitals, with `_` for the dot: `SALVER_SERVER_KEEP_ALIVE_TIMEOUT_SECONDS`. */
  readonly variable: string;
  readonly defaultValue: SettingValue;
}

/** All settings there are but lists, as the classes of `server.config.ts` have them. */
export function settingKeys(): SettingKey[] {
  return Object.entries(new SalverSettings()).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object'
      ? Object.entries(value as Record<string, SettingValue | readonly object[]>).flatMap(
          ([property, defaultValue]) =>
            typeof defaultValue === 'object'
              ? []
              : [settingKey(name as SettingSection, property, defaultValue)],
        )
      : [settingKey(undefined, name, value as SettingValue)],
  );
}

function settingKey(
  section: SettingSection | undefined,
  property: string,
  defaultValue: SettingValue,
): SettingKey {
  const path = section === undefined ? snakeCase(property) : `${section}.${snakeCase(property)}`;
  return { section, property, path, variable: variableOf(path), defaultValue };
}

function variableOf(path: string): string {
  return `SALVER_${path.replaceAll('.', '_').toUpperCase()}`;
}
