/** JSON that is written as it was generated: members may repeat, and a leaf is its own text, `1.0` or `NaN` included. */
export type JsonTree = JsonLeaf | JsonList | JsonMembers;

export interface JsonLeaf {
  readonly kind: 'leaf';
  readonly text: string;
}

export interface JsonList {
  readonly kind: 'list';
  readonly items: readonly JsonTree[];
}

export interface JsonMembers {
  readonly kind: 'members';
  readonly members: readonly JsonMember[];
}

export interface JsonMember {
  readonly name: string;
  readonly value: JsonTree;
}

export function leaf(text: string): JsonLeaf {
  return { kind: 'leaf', text };
}

export function textLeaf(text: string): JsonLeaf {
  return leaf(JSON.stringify(text));
}

export function list(items: readonly JsonTree[]): JsonList {
  return { kind: 'list', items };
}

export function members(entries: Iterable<readonly [string, JsonTree]>): JsonMembers {
  return { kind: 'members', members: [...entries].map(([name, value]) => ({ name, value })) };
}

/** Shape: one document; `gap` stands after every comma and colon, as Python's `json.dumps` has a blank there. */
export function printTree(tree: JsonTree, gap = ''): string {
  switch (tree.kind) {
    case 'leaf':
      return tree.text;
    case 'list':
      return `[${tree.items.map((item) => printTree(item, gap)).join(`,${gap}`)}]`;
    case 'members':
      return `{${tree.members
        .map(({ name, value }) => `${JSON.stringify(name)}:${gap}${printTree(value, gap)}`)
        .join(`,${gap}`)}}`;
    default:
      throw new TypeError('not a JSON tree');
  }
}

/** The last member of a name, as a parser sees it; undefined when there is none or this is no object. */
export function memberOf(tree: JsonTree, name: string): JsonTree | undefined {
  return tree.kind === 'members' ? tree.members.findLast((member) => member.name === name)?.value : undefined;
}

/** The text that a leaf stands for; undefined for everything that is no JSON string. */
export function textOf(tree: JsonTree | undefined): string | undefined {
  return tree?.kind === 'leaf' && tree.text.startsWith('"') ? (JSON.parse(tree.text) as string) : undefined;
}
