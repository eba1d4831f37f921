import type { YamlScalar } from './yaml-node.js';

/**
 * How YAML 1.1 reads a scalar, in the dialect of PyYAML's safe loader.
 *
 * The dialect: `y` and `n` are text; a float needs a dot, and a sign in its exponent; a leading zero means
 * octal; `1:30` is a number to base 60; dates are a kind of their own.
 */
const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0[0-7_]*|[1-9][\d_]*(?::[0-5]?\d)*)$/;
const FLOAT = /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?)$/;
const FLOAT_BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*$/;
const INFINITY = /^[-+]?\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME =
  /^(\d{4}-\d\d?-\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/;

/** A plain scalar (no quotes, no tag). Errors: YamlScalarError for a date that does not exist and the like. */
export function readPlainScalar(text: string): YamlScalar {
  if (NULL.test(text)) return { kind: 'null' };
  if (TRUE.test(text)) return { kind: 'boolean', value: true };
  if (FALSE.test(text)) return { kind: 'boolean', value: false };
  const number = readNumber(text);
  if (number) return number;
  if (DATE.test(text) || TIME.test(text)) return readTimestamp(text);
  if (text === '=' || text === '<<')
    throw new YamlScalarError(`${text} has a meaning of its own in YAML: quote it`);
  return { kind: 'text', value: text };
}

/** A scalar with a tag, `!!int "3"`. Errors: YamlScalarError. */
export function readTaggedScalar(tag: string, text: string): YamlScalar {
  switch (tag) {
    case 'tag:yaml.org,2002:str':
      return { kind: 'text', value: text };
    case 'tag:yaml.org,2002:null':
      return { kind: 'null' };
    case 'tag:yaml.org,2002:binary':
      return { kind: 'binary', value: text.replace(/\s/g, '') };
    case 'tag:yaml.org,2002:timestamp':
      return readTimestamp(text);
    case 'tag:yaml.org,2002:bool':
      if (/^(?:yes|true|on)$/i.test(text)) return { kind: 'boolean', value: true };
      if (/^(?:no|false|off)$/i.test(text)) return { kind: 'boolean', value: false };
      throw new YamlScalarError('this is not a boolean');
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
      return readTaggedNumber(tag.endsWith('float'), text);
    default:
      throw new YamlScalarError(`the tag ${tag} is not known`);
  }
}

/** A scalar that cannot be read. The position is the caller's to add. */
export class YamlScalarError extends Error {}

function readTaggedNumber(float: boolean, text: string): YamlScalar {
  const number = readNumber(text);
  if (!number) throw new YamlScalarError('this is not a number');
  if (float && number.kind === 'integer') return { kind: 'float', value: Number(number.value) };
  if (!float && number.kind === 'float') throw new YamlScalarError('this is not a whole number');
  return number;
}

function readNumber(text: string): YamlScalar | undefined {
  if (FLOAT.test(text)) return { kind: 'float', value: Number(text.replaceAll('_', '')) };
  if (FLOAT_BASE_60.test(text)) return { kind: 'float', value: fromBase60(text) };
  if (INFINITY.test(text)) return { kind: 'float', value: text.startsWith('-') ? -Infinity : Infinity };
  if (NOT_A_NUMBER.test(text)) return { kind: 'float', value: NaN };
  if (!INTEGER.test(text)) return undefined;
  return { kind: 'integer', value: readInteger(text.replaceAll('_', '')) };
}

function readInteger(text: string): bigint {
  const digits = text.replace(/^[-+]/, '');
  const sign = text.startsWith('-') ? -1n : 1n;
  if (digits === '0b' || digits === '0x') throw new YamlScalarError('digits are missing');
  if (/^0[0-7]/.test(digits)) return sign * BigInt(`0o${digits.slice(1)}`);
  const parts = digits.split(':').map((part) => BigInt(part));
  return sign * parts.reduce((sum, part) => sum * 60n + part, 0n);
}

function fromBase60(text: string): number {
  const parts = text.replaceAll('_', '').replace(/^[-+]/, '').split(':').map(Number);
  const value = parts.reduce((sum, part) => sum * 60 + part, 0);
  return text.startsWith('-') ? -value : value;
}

function readTimestamp(text: string): YamlScalar {
  const [, day = text, hour = '0', minute = '0', second = '0'] = TIME.exec(text) ?? [];
  if (!dayExists(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw new YamlScalarError('this date does not exist');
  }
  return { kind: 'timestamp', value: text };
}

function dayExists(day: string): boolean {
  const [year = NaN, month = NaN, date = NaN] = day.split('-').map(Number);
  const real = new Date(0);
  real.setUTCFullYear(year, month - 1, date);
  return year >= 1 && real.getUTCMonth() === month - 1 && real.getUTCDate() === date;
}
