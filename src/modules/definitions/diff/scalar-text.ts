import { hash } from 'node:crypto';
import type { DescEnum } from '@bufbuild/protobuf';
import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';

const NANOS_PER_SECOND = 1_000_000_000n;
const UNITS: readonly (readonly [string, bigint])[] = [
  ['d', 86_400n * NANOS_PER_SECOND],
  ['h', 3_600n * NANOS_PER_SECOND],
  ['m', 60n * NANOS_PER_SECOND],
];
const HASH_DIGITS = 12;

/** What needs no quotes to be read as what it is. */
const PLAIN = /^[\p{L}\p{N}_./:@*?=+~-]+( [\p{L}\p{N}_./:@*?=+~-]+)*$/u;

/** Shape: `7d`, `1h30m`, `1.5s`, `-10s`, `0s`. */
export function durationText({ seconds, nanos }: Duration): string {
  const total = seconds * NANOS_PER_SECOND + BigInt(nanos);
  let rest = total < 0n ? -total : total;
  let text = total < 0n ? '-' : '';
  for (const [unit, size] of UNITS) {
    if (rest >= size) text += `${rest / size}${unit}`;
    rest %= size;
  }
  if (rest > 0n || total === 0n) text += `${decimalText(rest)}s`;
  return text;
}

/** Shape: `2026-03-01T10:00:00Z`, with as many digits of a second as there are. */
export function timestampText({ seconds, nanos }: Timestamp): string {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds}s since 1970`;
  const fraction = nanos === 0 ? '' : `.${fractionDigits(BigInt(nanos))}`;
  return `${date.toISOString().slice(0, -'.000Z'.length)}${fraction}Z`;
}

/** Shape: the text as it is where that is clear, otherwise in quotes. */
export function stringText(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text);
}

/** Shape: `42 bytes, sha256 9f86d081884c`: equal for equal bytes alone, as far as anybody will see. */
export function bytesText(bytes: Uint8Array): string {
  return `${bytes.length} bytes, sha256 ${hash('sha256', bytes, 'hex').slice(0, HASH_DIGITS)}`;
}

/** Shape: the name of the number; the number itself when this version does not know it. */
export function enumText(type: DescEnum, number: number): string {
  return type.value[number]?.name ?? String(number);
}

function decimalText(nanos: bigint): string {
  const fraction = nanos % NANOS_PER_SECOND;
  return `${nanos / NANOS_PER_SECOND}${fraction === 0n ? '' : `.${fractionDigits(fraction)}`}`;
}

function fractionDigits(nanos: bigint): string {
  return String(nanos).padStart(9, '0').replace(/0+$/, '');
}
