import type { Answer } from '../conformance/exchange.ts';
import { type JsonTree, leaf } from './json-tree.ts';
import { bodyText, JSON_TYPE, type RequestDraft } from './request-draft.ts';

/** A request that Feast is asked in place of another, because of a deliberate difference. */
export interface Twin {
  readonly rule: string;
  readonly draft: RequestDraft;
  /** `answer`: Salver owes what Feast answers to the twin. `success`: only whether it is an answer or an error. */
  readonly owes: 'answer' | 'success';
}

/** Names of a view that Feast refuses because of its state → names of one of the same entities and types. */
export type ServedInstead = Readonly<Record<string, string>>;

/** The request that shows what Salver owes where it does not do as Feast does; undefined where it does. */
export function twinOf(draft: RequestDraft, feast: Answer, instead: ServedInstead): Twin | undefined {
  if (
    feast.status === 422 &&
    feast.text.includes('model_attributes_type') &&
    draft.contentType !== JSON_TYPE
  ) {
    return { rule: 'any content type', draft: { ...draft, contentType: JSON_TYPE }, owes: 'answer' };
  }
  if (feast.status !== 500 || !/is in state '(?:MATERIALIZING|GENERATED)'/.test(feast.text)) return undefined;
  const twin = { ...draft, body: renamed(draft.body, instead) };
  return bodyText(twin) === bodyText(draft)
    ? undefined
    : { rule: 'state of a view', draft: twin, owes: 'success' };
}

function renamed(tree: JsonTree, instead: ServedInstead): JsonTree {
  switch (tree.kind) {
    case 'leaf':
      return leaf(Object.entries(instead).reduce((text, [from, to]) => text.replaceAll(from, to), tree.text));
    case 'list':
      return { ...tree, items: tree.items.map((item) => renamed(item, instead)) };
    case 'members':
      return {
        ...tree,
        members: tree.members.map(({ name, value }) => ({ name, value: renamed(value, instead) })),
      };
    default:
      throw new TypeError('not a JSON tree');
  }
}
