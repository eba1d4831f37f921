import type { ValueTypeNumber } from './value.js';

/** The entity that Feast registers for views without entities, and its single join key. */
export const DUMMY_ENTITY_NAME = '__dummy';
export const DUMMY_JOIN_KEY = '__dummy_id';

/** What features are about: a driver, a customer. */
export interface Entity {
  readonly name: string;
  readonly joinKey: string;
  /** May be UNKNOWN; the type that counts is the one of the view's entity column. */
  readonly valueType: ValueTypeNumber;
  readonly description: string;
  readonly owner: string;
  readonly tags: ReadonlyMap<string, string>;
}
