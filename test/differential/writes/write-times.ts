import type { SeededRandom } from '../../support/random.ts';
import { type JsonTree, leaf, textLeaf } from '../json-tree.ts';

/** The forms of one instant, to which `seconds` were added. Shape: what `strftime` and pandas know. */
const FORMS: readonly ((iso: string) => string)[] = [
  (iso) => `${iso}Z`,
  (iso) => `${iso}+00:00`,
  (iso) => `${iso}+02:00`,
  (iso) => `${iso}-0530`,
  (iso) => `${iso}+14`,
  (iso) => iso,
  (iso) => iso.replace('T', ' '),
  (iso) => `${iso.replace('T', ' ')}Z`,
  (iso) => `${iso.replace('T', ' ')} UTC`,
  (iso) => `${iso.replace('T', ' ')} +01:00`,
  (iso) => `${iso}.5Z`,
  (iso) => `${iso}.123456Z`,
  (iso) => `${iso}.123456789Z`,
  (iso) => `${iso}.000000+00:00`,
  (iso) => `${iso.slice(0, 16)}Z`,
  (iso) => iso.slice(0, 16),
  (iso) => iso.slice(0, 10),
  (iso) => iso.slice(0, 10).replaceAll('-', ''),
  (iso) => iso.slice(0, 10).replaceAll('-', '/'),
  (iso) => `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}`,
  (iso) => `${iso.slice(5, 7)}-${iso.slice(8, 10)}-${iso.slice(0, 4)}`,
  (iso) => `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11)}`,
  (iso) => `${iso.slice(0, 10).replaceAll('-', '')}T${iso.slice(11).replaceAll(':', '')}Z`,
  (iso) => `March ${Number(iso.slice(8, 10))}, ${iso.slice(0, 4)}`,
  (iso) => `${iso.slice(8, 10)} Mar ${iso.slice(0, 4)} ${iso.slice(11)}`,
  (iso) => `${iso.slice(0, 7)}`,
  (iso) => `${iso.slice(0, 4)}`,
];

const ODD_TIMES: readonly string[] = [
  'null', '""', '"not a date"', '"2026-02-30"', '"2026-13-01T00:00:00Z"', '"0001-01-01T00:00:00Z"', '"9999-12-31"',
  '"2262-04-11T23:47:16Z"', '"2262-04-12T00:00:00Z"', '"1677-09-22T00:00:00Z"', '"1969-12-31T23:59:59Z"',
  '"1970-01-01T00:00:00Z"', '" 2026-03-01T10:00:00Z"', '"2026-03-01T10:00:00Z "', '"2026-03-01t10:00:00z"',
  '"2026-03-01T24:00:00Z"', '"2026-03-01T10:00:60Z"', '"2026-W10-1"', '"2026-060"', '"NaT"',
  '"nan"', '"1772359200"', '1772359200', '1772359200000', '1772359200000000000', '1772359200.5', '0', '-1', 'true',
  'NaN', '[]', '["2026-03-01T10:00:00Z"]', '{}', '"2026-03-01T10:00:00 Europe/Berlin"', '"2026-03-01T10:00:00+25:00"',
  '"10:00"', '"2026-03-01T10"', '"2026-3-1"', '"13/03/2026"', '"31-12-2026"', '"2026-03-01T10:00:00.Z"',
]; // prettier-ignore

/** The column of a time: mostly good, and of one form; the row's own second, so that no two rows are of one time. */
export function timeColumn(random: SeededRandom, rows: number): readonly JsonTree[] {
  const mixes = random.chance(0.05);
  let form = random.chance(0.5) ? FORMS[0]! : random.pick(FORMS);
  const column = Array.from({ length: rows }, (_, row): JsonTree => {
    if (mixes) form = random.pick(FORMS);
    const iso = new Date(Date.UTC(2026, 2, 1 + random.integer(0, 27), 10, 0, row)).toISOString();
    return textLeaf(form(iso.slice(0, 19)));
  });
  if (rows > 0 && random.chance(0.08)) column[random.integer(0, rows - 1)] = leaf(random.pick(ODD_TIMES));
  return column;
}
