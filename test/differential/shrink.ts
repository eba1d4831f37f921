import type { JsonList, JsonMembers, JsonTree } from './json-tree.ts';
import { JSON_TYPE, type RequestDraft } from './request-draft.ts';

const MOST_TRIES = 120;
/** Members that hold columns. */
const COLUMNS: ReadonlySet<string> = new Set(['entities', 'df']);
/** Without them a request is another one. */
const NEEDED: ReadonlySet<string> = new Set([...COLUMNS, 'feature_view_name', 'push_source_name']);

/**
 * Makes a request smaller as long as it still shows what it shows: members, features, columns and rows go, one cut
 * after the other.
 */
export async function shrunk(
  draft: RequestDraft,
  stillShows: (smaller: RequestDraft) => Promise<boolean>,
): Promise<RequestDraft> {
  let smallest = draft;
  let tries = 0;
  let isSmaller = true;
  while (isSmaller) {
    isSmaller = false;
    for (const candidate of smallerDrafts(smallest)) {
      if (tries >= MOST_TRIES) return smallest;
      tries += 1;
      if (!(await stillShows(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** Requests with a little less, the largest cuts first. */
export function* smallerDrafts(draft: RequestDraft): Generator<RequestDraft> {
  if (draft.damage !== undefined) yield { ...draft, damage: undefined };
  if (draft.contentType !== JSON_TYPE) yield { ...draft, contentType: JSON_TYPE };
  if (draft.gap !== '') yield { ...draft, gap: '' };
  if (draft.body.kind !== 'members') return;
  for (const body of smallerBodies(draft.body)) yield { ...draft, body };
}

function* smallerBodies(body: JsonMembers): Generator<JsonMembers> {
  for (const [at, { name, value }] of body.members.entries()) {
    if (!NEEDED.has(name)) yield without(body, at);
    if (name === 'features' && value.kind === 'list') {
      for (const items of smallerLists(value)) yield replaced(body, at, { ...value, items });
    }
    if (COLUMNS.has(name) && value.kind === 'members') {
      for (const entities of smallerEntities(value)) yield replaced(body, at, entities);
    }
  }
}

function* smallerEntities(entities: JsonMembers): Generator<JsonMembers> {
  for (const at of entities.members.keys()) yield without(entities, at);
  const rows = Math.max(
    0,
    ...entities.members.map(({ value }) => (value.kind === 'list' ? value.items.length : 0)),
  );
  for (const [from, to] of cuts(rows)) {
    const members = entities.members.map(({ name, value }) => ({
      name,
      value: withoutRows(value, from, to),
    }));
    yield { ...entities, members };
  }
}

function* smallerLists({ items }: JsonList): Generator<readonly JsonTree[]> {
  for (const [from, to] of cuts(items.length)) yield items.toSpliced(from, to - from);
}

/** Ranges to take out: both halves, then one at a time. */
function cuts(length: number): [number, number][] {
  if (length < 2) return [];
  const half = Math.floor(length / 2);
  const singles = Array.from({ length }, (_, at): [number, number] => [at, at + 1]);
  return length < 4 ? singles : [[half, length], [0, half], ...singles];
}

function withoutRows(value: JsonTree, from: number, to: number): JsonTree {
  return value.kind === 'list' ? { ...value, items: value.items.toSpliced(from, to - from) } : value;
}

function without(tree: JsonMembers, at: number): JsonMembers {
  return { ...tree, members: tree.members.toSpliced(at, 1) };
}

function replaced(tree: JsonMembers, at: number, value: JsonTree): JsonMembers {
  const { name } = tree.members[at] as { readonly name: string };
  return { ...tree, members: tree.members.with(at, { name, value }) };
}
