import { ABSENT_IS_ANY, anyApplies, applies, DECIDED_BY_ANOTHER } from './comparison-rules.js';
import {
  type FieldValue,
  type ListValue,
  type MembersValue,
  type RecordValue,
  type TextValue,
  valueText,
} from './field-value.js';
import { changedLines } from './line-changes.js';

/** A field that differs. */
export interface FieldChange {
  /** Names in the registry format, keys of maps, names of members: `['features', 'trips', 'value_type']`. */
  readonly path: readonly string[];
  /** As a person reads it; undefined: not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Of a text of several lines: those that differ, with `+`, `-` or a blank before each. */
  readonly lines: readonly string[] | undefined;
}

/** Shape: every field that differs, in the order of the format; what is new or gone as a whole is one change. */
export function fieldChanges(before: RecordValue, after: RecordValue): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  compareRecords(before, after, [], changes);
  return changes;
}

function compareRecords(
  before: RecordValue,
  after: RecordValue,
  path: readonly string[],
  changes: FieldChange[],
): void {
  for (const name of namesOf(before.fields, after.fields)) {
    if (doesNotCount(name, before, after)) continue;
    compare(before.fields.get(name), after.fields.get(name), [...path, name], changes);
  }
}

function doesNotCount(name: string, before: RecordValue, after: RecordValue): boolean {
  const onBoth = (field: string) => before.fields.has(field) && after.fields.has(field);
  if (anyApplies(ABSENT_IS_ANY, before.typeName, name)) return !onBoth(name);
  return DECIDED_BY_ANOTHER.some((rule) => applies(rule, before.typeName, name) && onBoth(rule.decidedBy));
}

function compare(
  before: FieldValue | undefined,
  after: FieldValue | undefined,
  path: readonly string[],
  changes: FieldChange[],
): void {
  if (before === undefined || after === undefined || !isComparable(before, after)) {
    pushWhole(before, after, path, changes);
    return;
  }
  switch (before.kind) {
    case 'record':
      compareRecords(before, after as RecordValue, path, changes);
      return;
    case 'members':
      compareMembers(before, after as MembersValue, path, changes);
      return;
    case 'list':
      before.items.forEach((item, i) =>
        compare(item, (after as ListValue).items[i], [...path, String(i)], changes),
      );
      return;
    case 'text':
      if (before.text !== (after as TextValue).text)
        changes.push(textChange(before, after as TextValue, path));
  }
}

/** Of the same form: what differs is inside. */
function isComparable(before: FieldValue, after: FieldValue): boolean {
  if (before.kind === 'record' && after.kind === 'record') return before.typeName === after.typeName;
  if (before.kind === 'list' && after.kind === 'list') return before.items.length === after.items.length;
  return before.kind === after.kind;
}

function compareMembers(
  before: MembersValue,
  after: MembersValue,
  path: readonly string[],
  changes: FieldChange[],
): void {
  for (const name of namesOf(before.members, after.members)) {
    compare(before.members.get(name), after.members.get(name), [...path, name], changes);
  }
  const kept = (of: MembersValue, other: MembersValue) =>
    [...of.members.keys()].filter((name) => other.members.has(name)).join(', ');
  const [oldOrder, newOrder] = [kept(before, after), kept(after, before)];
  if (before.ordered && oldOrder !== newOrder) {
    changes.push({ path, before: `order ${oldOrder}`, after: `order ${newOrder}`, lines: undefined });
  }
}

function textChange(before: TextValue, after: TextValue, path: readonly string[]): FieldChange {
  return {
    path,
    before: before.text,
    after: after.text,
    lines: before.lines && after.lines ? changedLines(before.text, after.text) : undefined,
  };
}

function pushWhole(
  before: FieldValue | undefined,
  after: FieldValue | undefined,
  path: readonly string[],
  changes: FieldChange[],
): void {
  const texts = {
    before: before === undefined ? undefined : valueText(before),
    after: after === undefined ? undefined : valueText(after),
  };
  if (texts.before !== texts.after) changes.push({ path, ...texts, lines: undefined });
}

/** In the order of the old side, then what only the new one has. */
function namesOf(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])];
}
