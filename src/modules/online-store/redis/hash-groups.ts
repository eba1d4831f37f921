/** Entity keys of the distinct rows of each view. */
export type EntityKeys = readonly (readonly Uint8Array[])[];

/** Entities of which the same views are read: one command each. */
export interface HashGroup {
  /** Lists of views, by their numbers in the plan; the views of one list have the same rows. */
  readonly parts: readonly (readonly number[])[];
  readonly keys: readonly Uint8Array[];
  /** `rows[part][k]`: the row of key `k` in the views of that part; undefined where row `k` is key `k`. */
  readonly rows: readonly (readonly number[] | undefined)[];
}

interface KeyList {
  readonly keys: readonly Uint8Array[];
  readonly views: number[];
}

interface DraftGroup {
  readonly parts: readonly (readonly number[])[];
  readonly keys: Uint8Array[];
  readonly rows: number[][];
}

/** Where one entity key stands. */
interface KeyPlace {
  readonly key: Uint8Array;
  /** Numbers of lists, ascending, and the row in each. */
  readonly lists: number[];
  readonly rows: number[];
}

/**
 * Groups the entities of a read so that each hash is asked once, for all views that are read by its key.
 *
 * Shape:  views that share an array of keys share a list without a look at the keys. Keys are compared only where
 *         two lists could have one in common. Views without keys are in no group.
 */
export function groupHashes(keys: EntityKeys): readonly HashGroup[] {
  const lists = listsOf(keys);
  if (lists.length < 2 || areDisjoint(lists)) return lists.map(groupOfList);
  return groupsByKey(lists);
}

function listsOf(keys: EntityKeys): KeyList[] {
  const lists: KeyList[] = [];
  const known = new Map<readonly Uint8Array[], KeyList>();
  keys.forEach((array, view) => {
    if (array.length === 0) return;
    const list = known.get(array);
    if (list) {
      list.views.push(view);
      return;
    }
    const added = { keys: array, views: [view] };
    known.set(array, added);
    lists.push(added);
  });
  return lists;
}

function groupOfList({ keys, views }: KeyList): HashGroup {
  return { parts: [views], keys, rows: [undefined] };
}

/**
 * Whether no key can be in two lists: what all keys of one begin with differs from what all keys of the other begin
 * with. Lists of other join keys differ so, because a key begins with the names of its join keys.
 */
function areDisjoint(lists: readonly KeyList[]): boolean {
  const prefixes = lists.map(({ keys }) => keys.reduce((prefix, key) => commonPrefix(prefix, key)));
  return prefixes.every((prefix, index) =>
    prefixes.slice(index + 1).every((other) => {
      const shared = commonPrefix(prefix, other).length;
      return shared < prefix.length && shared < other.length;
    }),
  );
}

function commonPrefix(one: Uint8Array, other: Uint8Array): Uint8Array {
  const limit = Math.min(one.length, other.length);
  let length = 0;
  while (length < limit && one[length] === other[length]) length++;
  return length === one.length ? one : one.subarray(0, length);
}

function groupsByKey(lists: readonly KeyList[]): HashGroup[] {
  const groups = new Map<string, DraftGroup>();
  for (const { key, lists: numbers, rows } of placesOf(lists)) {
    const signature = numbers.join();
    let group = groups.get(signature);
    if (!group) {
      group = { parts: numbers.map((list) => lists[list]!.views), keys: [], rows: numbers.map(() => []) };
      groups.set(signature, group);
    }
    group.keys.push(key);
    for (let part = 0; part < rows.length; part++) group.rows[part]!.push(rows[part]!);
  }
  return [...groups.values()];
}

function placesOf(lists: readonly KeyList[]): KeyPlace[] {
  const places: KeyPlace[] = [];
  const byKey = new Map<string, KeyPlace>();
  lists.forEach(({ keys }, list) =>
    keys.forEach((key, row) => {
      const text = Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
      const place = byKey.get(text);
      // A key that is twice in one list is read twice.
      if (place && place.lists.at(-1) !== list) {
        place.lists.push(list);
        place.rows.push(row);
        return;
      }
      const added = { key, lists: [list], rows: [row] };
      byKey.set(text, added);
      places.push(added);
    }),
  );
  return places;
}
