import { JsonFloat } from '../model/json-value.js';

/** What a set of numbers may hold. */
export type PythonNumber = number | bigint | boolean | JsonFloat;

/** Numbers that are equal have equal hashes, whatever their class: modulo this prime. */
const MODULUS = (1n << 61n) - 1n;
const MODULUS_BITS = 61n;
const INFINITY_HASH = 314159n;
const MIN_SLOTS = 8;
/** Neighbours that are looked at before the search jumps. */
const LINEAR_PROBES = 9;
const PERTURB_SHIFT = 5n;
const WORD = (1n << 64n) - 1n;
/** Beyond this many members a table grows to twice their number, before to four times. */
const MANY_MEMBERS = 50_000;

interface Member {
  readonly hash: bigint;
  readonly value: PythonNumber;
}

/**
 * Numbers in the order in which `list(set(numbers))` has them in Python: without repetitions (1, 1.0 and true are equal;
 * the first one stays), in the order of the slots of CPython's hash table.
 *
 * Source: the behaviour of CPython 3.11, compared with recorded orders in the spec.
 */
export function pythonNumberSet(numbers: readonly PythonNumber[]): PythonNumber[] {
  const seen = new Set<string>();
  let table = emptyTable(MIN_SLOTS);
  for (const value of numbers) {
    const key = equalityKey(value);
    if (seen.has(key)) continue;
    seen.add(key);
    insert(table, { hash: hashOf(value), value });
    if (seen.size * 5 >= (table.length - 1) * 3) table = grown(table, seen.size);
  }
  return table.filter((member) => member !== undefined).map((member) => member.value);
}

type Table = (Member | undefined)[];

function emptyTable(slots: number): Table {
  return Array.from({ length: slots }, () => undefined);
}

function grown(table: Table, size: number): Table {
  const wanted = size > MANY_MEMBERS ? size * 2 : size * 4;
  let slots = MIN_SLOTS;
  while (slots <= wanted) slots *= 2;
  const larger = emptyTable(slots);
  for (const member of table) {
    if (member !== undefined) insert(larger, member);
  }
  return larger;
}

function insert(table: Table, member: Member): void {
  const mask = BigInt(table.length - 1);
  let perturb = member.hash & WORD;
  let slot = member.hash & mask;
  for (;;) {
    const first = Number(slot);
    const last = first + LINEAR_PROBES < table.length ? first + LINEAR_PROBES : first;
    for (let at = first; at <= last; at++) {
      if (table[at] === undefined) {
        table[at] = member;
        return;
      }
    }
    perturb >>= PERTURB_SHIFT;
    slot = (slot * 5n + 1n + perturb) & mask;
  }
}

/** Equal numbers, equal keys. */
function equalityKey(value: PythonNumber): string {
  if (!(value instanceof JsonFloat)) return String(Number(value) === value ? value : BigInt(value));
  return Number.isInteger(value.value) ? String(BigInt(value.value)) : String(value.value);
}

function hashOf(value: PythonNumber): bigint {
  const hash = value instanceof JsonFloat ? floatHash(value.value) : signedModulo(BigInt(value));
  // -1 means an error inside CPython.
  return hash === -1n ? -2n : hash;
}

function signedModulo(value: bigint): bigint {
  return value % MODULUS;
}

/** mantissa × 2^-shift modulo the prime, where 2^61 is 1. */
function floatHash(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (!Number.isFinite(value)) return value > 0 ? INFINITY_HASH : -INFINITY_HASH;
  let mantissa = value;
  let shift = 0n;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    shift++;
  }
  const inverse = (MODULUS_BITS - (shift % MODULUS_BITS)) % MODULUS_BITS;
  return signedModulo(BigInt(mantissa) << inverse);
}
