import { kindName, type PlainData, toPlainData, type YamlNode } from './yaml-node.js';

/** Why a value cannot be taken. */
export class Refusal {
  constructor(readonly message: string) {}
}

/**
 * Makes a setting of a YAML value, or says why not.
 *
 * The names say how much is forgiven: `strict…` takes the kind itself only, `lax…` also text that holds
 * such a value, as Feast does for the settings in question.
 */
export type SettingReader<T> = (node: YamlNode) => T | Refusal;

function expected(what: string, node: YamlNode): Refusal {
  const hint = what === 'text' && node.kind !== 'list' && node.kind !== 'map' && node.kind !== 'null';
  return new Refusal(`expected ${what}, found ${kindName(node)}${hint ? ' (put it in quotes)' : ''}`);
}

export const text: SettingReader<string> = (node) =>
  node.kind === 'text' ? node.value : expected('text', node);

export const strictBoolean: SettingReader<boolean> = (node) =>
  node.kind === 'boolean' ? node.value : expected('true or false', node);

export const strictInteger: SettingReader<number> = (node) =>
  node.kind === 'integer' ? safeInteger(node.value) : expected('a whole number', node);

const TRUE_TEXT = /^(?:1|true|t|yes|y|on)$/i;
const FALSE_TEXT = /^(?:0|false|f|no|n|off)$/i;

export const laxBoolean: SettingReader<boolean> = (node) => {
  if (node.kind === 'boolean') return node.value;
  const written =
    node.kind === 'text' || node.kind === 'integer' || node.kind === 'float' ? String(node.value) : '';
  if (TRUE_TEXT.test(written)) return true;
  if (FALSE_TEXT.test(written)) return false;
  return expected('true or false', node);
};

const INTEGER_TEXT = /^[-+]?\d+(?:_\d+)*(?:\.0*)?$/;

export const laxInteger: SettingReader<number> = (node) => {
  if (node.kind === 'integer') return safeInteger(node.value);
  if (node.kind === 'boolean') return Number(node.value);
  if (node.kind === 'float' && Number.isSafeInteger(node.value)) return node.value;
  if (node.kind === 'text' && INTEGER_TEXT.test(node.value.trim())) return numberFrom(node.value, node);
  return expected('a whole number', node);
};

export const laxNumber: SettingReader<number> = (node) => {
  if (node.kind === 'integer') return safeInteger(node.value);
  if (node.kind === 'boolean') return Number(node.value);
  if (node.kind === 'float' && Number.isFinite(node.value)) return node.value;
  if (node.kind === 'text' && /\d/.test(node.value)) return numberFrom(node.value, node);
  return expected('a number', node);
};

function safeInteger(value: bigint): number | Refusal {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : new Refusal('this number is too large');
}

function numberFrom(written: string, node: YamlNode): number | Refusal {
  const value = Number(written.trim().replaceAll('_', ''));
  return Number.isFinite(value) ? value : expected('a number', node);
}

/** Refuses zero and below. */
export function positive(reader: SettingReader<number>): SettingReader<number> {
  return (node) => {
    const value = reader(node);
    return value instanceof Refusal || value > 0 ? value : new Refusal('must be greater than 0');
  };
}

/** Takes `null` for "not set". */
export function optional<T>(reader: SettingReader<T>): SettingReader<T | null> {
  return (node) => (node.kind === 'null' ? null : reader(node));
}

/** One of these texts. */
export function oneOf<T extends string>(...choices: readonly T[]): SettingReader<T> {
  return (node) =>
    choices.find((choice) => node.kind === 'text' && node.value === choice) ??
    new Refusal(`expected one of ${choices.join(', ')}`);
}

/** An object whose values are all texts. */
export const textMap: SettingReader<Readonly<Record<string, string>>> = (node) => {
  if (node.kind !== 'map') return expected('an object', node);
  const entries: [string, string][] = [];
  for (const [key, value] of node.entries) {
    if (value.kind !== 'text') return new Refusal(`the value of ${key} must be text, not ${kindName(value)}`);
    entries.push([key, value.value]);
  }
  return Object.fromEntries(entries);
};

/** An object that is only handed on. */
export const plainObject: SettingReader<Readonly<Record<string, PlainData>>> = (node) => {
  if (node.kind !== 'map') return expected('an object', node);
  try {
    return toPlainData(node) as Readonly<Record<string, PlainData>>;
  } catch (error) {
    if (error instanceof RangeError) return new Refusal('its aliases make it too large');
    throw error;
  }
};
