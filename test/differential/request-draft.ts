import type { RecordedRequest } from '../conformance/exchange.ts';
import { type JsonTree, printTree } from './json-tree.ts';

/** A request that can still be made smaller: its body as a tree, and what is done to the printed text. */
export interface RequestDraft {
  readonly path: string;
  readonly body: JsonTree;
  /** Null sends no header. */
  readonly contentType: string | null;
  /** What stands after commas and colons. */
  readonly gap: string;
  /** Damage to the printed body; undefined leaves it as it is. */
  readonly damage: Damage | undefined;
}

export interface Damage {
  /** A place in the printed body, from 0 (its start) to 1 (its end). */
  readonly at: number;
  /** How many characters go there. */
  readonly removed: number;
  readonly inserted: string;
}

export const READ_PATH = '/get-online-features';
export const JSON_TYPE = 'application/json';

export function bodyText({ body, gap, damage }: RequestDraft): string {
  const text = printTree(body, gap);
  if (damage === undefined) return text;
  const at = Math.round(damage.at * text.length);
  return text.slice(0, at) + damage.inserted + text.slice(at + damage.removed);
}

export function requestOf(draft: RequestDraft): RecordedRequest {
  return {
    method: 'POST',
    path: draft.path,
    headers: draft.contentType === null ? {} : { 'content-type': draft.contentType },
    body_text: bodyText(draft),
  };
}
