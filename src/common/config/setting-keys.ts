import { SalverSettings } from './server.config.js';

export type SettingValue = string | number | boolean;

/** One setting of `salver.yaml`. */
export interface SettingKey {
  readonly section: keyof SalverSettings;
  /** The property of the section. */
  readonly property: string;
  /** The key path in the file: `server.keep_alive_timeout_seconds`. */
  readonly path: string;
  /** The key path in capitals, with `_` for the dot: `SALVER_SERVER_KEEP_ALIVE_TIMEOUT_SECONDS`. */
  readonly variable: string;
  readonly defaultValue: SettingValue;
}

/** All settings there are, as the classes of `server.config.ts` list them. */
export function settingKeys(): SettingKey[] {
  const settings = new SalverSettings();
  const sections = Object.keys(settings) as (keyof SalverSettings)[];
  return sections.flatMap((section) =>
    (Object.entries(settings[section]) as [string, SettingValue][]).map(([property, defaultValue]) => {
      const path = `${section}.${snakeCase(property)}`;
      return { section, property, path, variable: variableOf(path), defaultValue };
    }),
  );
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function variableOf(path: string): string {
  return `SALVER_${path.replaceAll('.', '_').toUpperCase()}`;
}
