import type { Answer } from '../../conformance/exchange.ts';
import { brokenRule } from '../../conformance/policy.ts';
import type { Examined, Servers } from '../examine.ts';
import { type JsonTree, memberOf } from '../json-tree.ts';
import { type RequestDraft, requestOf } from '../request-draft.ts';
import { errorDifference, exchange, type Pair, type Verdict } from '../verdict.ts';
import type { StoredRow, StoredRows } from './stored-rows.ts';
import type { WriteTarget } from './write-target.ts';

export interface WriteSubject {
  readonly servers: Servers;
  readonly rows: StoredRows;
  /** The files of their online stores. */
  readonly stores: { readonly feast: string; readonly salver: string };
  readonly targets: readonly WriteTarget[];
}

interface Written {
  readonly feast: readonly StoredRow[];
  readonly salver: readonly StoredRow[];
}

const MISTAKE = { id: 'mistakes-of-clients', expect: 'client-error' } as const;
const KEPT_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 409, 422]);

/** Gives a write to both servers, whose stores are empty, and compares what they answer and what they have stored. */
export async function examinedWrite(draft: RequestDraft, subject: WriteSubject): Promise<Examined> {
  const request = requestOf(draft);
  const { servers, stores, rows } = subject;
  const [feast, salver] = await Promise.all([servers.feast(request), servers.salver(request)]);
  const written = { feast: await rows.taken(stores.feast), salver: await rows.taken(stores.salver) };
  const pair = { draft, feast, salver };
  return { pair, verdict: judgedWrite(pair, written, subject.targets) };
}

function judgedWrite(pair: Pair, written: Written, targets: readonly WriteTarget[]): Verdict {
  const { feast, salver } = pair;
  if (salver.status >= 400 && written.salver.length > 0) return different('Salver refused and wrote');
  if (feast.status < 300) return judgedSuccess(pair, written, targets);
  if (KEPT_STATUSES.has(feast.status)) {
    const why = errorDifference(pair);
    return why === undefined ? { kind: 'same' } : different(why);
  }
  const why = brokenRule(MISTAKE, exchange(pair), salver, false);
  return why === undefined ? { kind: 'deliberate', rule: 'mistake of the client' } : different(why);
}

function judgedSuccess(pair: Pair, written: Written, targets: readonly WriteTarget[]): Verdict {
  const { draft, feast, salver } = pair;
  if (salver.status !== feast.status) {
    const why = brokenRule(MISTAKE, exchange(pair), salver, false);
    const rule = refusedOnPurpose(draft, salver, targets);
    if (why === undefined && rule !== undefined) return { kind: 'deliberate', rule };
    return different(`status: Feast ${feast.status}, Salver ${salver.status}`);
  }
  if (feast.text !== salver.text) return different('body');
  const why = rowsDifference(written);
  if (why === undefined) return { kind: 'same' };
  return isNewer(written) ? { kind: 'deliberate', rule: 'newest wins' } : different(why);
}

/** Which deliberate difference refuses what Feast takes. */
function refusedOnPurpose(
  draft: RequestDraft,
  salver: Answer,
  targets: readonly WriteTarget[],
): string | undefined {
  if (hasNumberAsTime(draft, targets)) return 'number as a time';
  // Feast stores how numpy prints the list.
  return salver.text.includes('is not an object') ? 'list as an object' : undefined;
}

/** The same rows, some of them of a later event: where an entity is twice in a request. */
function isNewer({ feast, salver }: Written): boolean {
  const name = (row: StoredRow): string => row.slice(0, 3).join(' ');
  if (feast.map(name).join() !== salver.map(name).join()) return false;
  return feast.every((row, at) => {
    const other = salver[at]!;
    return JSON.stringify(row) === JSON.stringify(other) || (row[4] ?? '') < (other[4] ?? '');
  });
}

function different(why: string): Verdict {
  return { kind: 'different', why };
}

function hasNumberAsTime(draft: RequestDraft, targets: readonly WriteTarget[]): boolean {
  const names = new Set(
    targets.flatMap(({ columns }) => columns.filter(({ type }) => type === '').map(({ name }) => name)),
  );
  const frame = memberOf(draft.body, 'df');
  if (frame?.kind !== 'members') return false;
  return frame.members.some(({ name, value }) => names.has(name) && cells(value).some(isNumber));
}

function cells(column: JsonTree): readonly JsonTree[] {
  if (column.kind === 'list') return column.items;
  return column.kind === 'members' ? column.members.map(({ value }) => value) : [];
}

function isNumber(cell: JsonTree): boolean {
  return cell.kind === 'leaf' && /^-?[\dN]/.test(cell.text);
}

const PARTS = ['table', 'entity key', 'feature', 'value', 'event time', 'created time'];

/** The first row that is not the same, and what of it. */
function rowsDifference({ feast, salver }: Written): string | undefined {
  for (let at = 0; at < Math.max(feast.length, salver.length); at++) {
    const [want, got] = [feast[at], salver[at]];
    const part = PARTS.findIndex((_, place) => want?.[place] !== got?.[place]);
    if (part === -1) continue;
    const of = want?.[2] ?? got?.[2];
    return `${PARTS[part]} of ${of} (Feast ${JSON.stringify(want) ?? 'none'}, Salver ${JSON.stringify(got) ?? 'none'})`;
  }
  return undefined;
}
