import { clone } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { ObjectDiff, UpdatedObject } from '../diff/registry-diff.js';
import { objectChanges } from '../diff/registry-diff.js';
import { objectName, sectionForObject, type StoredView } from '../diff/registry-objects.js';
import { metaOf, stampTimes } from './object-meta.js';
import type { Pin } from './pinned-views.js';
import { VersionRecords } from './version-records.js';
import { isNewVersion } from './version-significance.js';

export interface ViewWriterOptions {
  readonly now: Timestamp;
  readonly pins: ReadonlyMap<string, Pin>;
  readonly noPromote: boolean;
}

/**
 * Stores views and keeps their history. What makes a new version replaces the view at the end of its list and is
 * recorded; everything else is changed in place.
 *
 * Source: Feast 0.66, by experiment: test/fixtures/apply. One thing is not as there: a change that makes no new version
 *         leaves the number of the active version alone. Feast sets it to 0, and from then on reads another table.
 */
export class ViewWriter {
  readonly #records: VersionRecords;

  constructor(
    private readonly registry: Registry,
    project: string,
    private readonly options: ViewWriterOptions,
  ) {
    this.#records = new VersionRecords(registry, project);
  }

  create(view: StoredView): void {
    const name = objectName(view);
    const pin = this.options.pins.get(name);
    stampTimes(view, this.options.now, undefined);
    const version = pin?.version ?? this.#records.next(name);
    setVersion(view, version);
    if (pin?.snapshot === undefined) this.#records.save(view, version, this.options.now);
    this.#listOf(view).push(view);
  }

  /** `after` is the view to store, without its meta. Returns what was done. */
  update(object: UpdatedObject, after: StoredView): ObjectDiff {
    const before = object.before as StoredView;
    const pin = this.options.pins.get(object.name);
    if (pin !== undefined && pin.snapshot === undefined) this.#declare(after, pin.version);
    if (!isNewVersion(object.kind, object.changes)) {
      this.#changeInPlace(before, after, pin);
      return object;
    }
    if (pin !== undefined)
      this.#replace(before, withMetaOf(before, after, pin, this.options.now), pin.version);
    else if (this.options.noPromote) return this.#saveOnly(object, before, after);
    else this.#promote(before, withMetaOf(before, after, pin, this.options.now));
    return object;
  }

  /** The history of a view that is deleted. */
  forget(viewName: string): void {
    this.#records.remove(viewName);
  }

  /** A number that is used for the first time names the definition as it is. */
  #declare(after: StoredView, version: number): void {
    const declared = clone(sectionForObject(after).schema, after) as StoredView;
    stampTimes(declared, this.options.now, undefined);
    setVersion(declared, version);
    this.#records.save(declared, version, this.options.now);
  }

  #changeInPlace(before: StoredView, after: StoredView, pin: Pin | undefined): void {
    const { $unknown: unknown } = before.spec ?? {};
    Object.assign(before, { spec: after.spec });
    // What a newer version of Feast keeps there is not for us to throw away.
    if (unknown !== undefined) Object.assign(before.spec ?? {}, { $unknown: unknown });
    const meta = metaOf(before);
    meta.lastUpdatedTimestamp = this.options.now;
    if (pin === undefined) return;
    setVersion(before, pin.version);
    const state = pin.snapshot && metaOf(pin.snapshot).state;
    if (state) meta.state = state;
  }

  #promote(before: StoredView, after: StoredView): void {
    const version = this.#nextAfter(before);
    setVersion(after, version);
    this.#records.save(after, version, this.options.now);
    this.#replace(before, after, version);
  }

  #saveOnly(object: UpdatedObject, before: StoredView, after: StoredView): ObjectDiff {
    const identity = { kind: object.kind, name: object.name, before, after };
    const newest = this.#records.versions(object.name).at(-1);
    const saved = newest === undefined ? undefined : this.#records.view(object.name, newest);
    const section = sectionForObject(after);
    if (saved?.$typeName === after.$typeName && objectChanges(section, saved, after).length === 0) {
      return { ...identity, action: 'unchanged' };
    }
    const version = this.#nextAfter(before);
    setVersion(after, version);
    this.#records.save(after, version, this.options.now);
    this.#replace(before, before, undefined);
    return { ...identity, action: 'saved', version, changes: object.changes };
  }

  /** Registries of versions that kept no history yet: what is active becomes its beginning. */
  #nextAfter(before: StoredView): number {
    const name = objectName(before);
    if (this.#records.next(name) === 0) this.#records.save(before, 0, this.options.now);
    return this.#records.next(name);
  }

  #replace(before: StoredView, after: StoredView, version: number | undefined): void {
    const list = this.#listOf(before);
    list.splice(list.indexOf(before), 1);
    if (version !== undefined) setVersion(after, version);
    list.push(after);
  }

  #listOf(view: StoredView): StoredView[] {
    return sectionForObject(view).stored(this.registry) as StoredView[];
  }
}

/** Of a view that replaces another: it was created when that was, and what was loaded is loaded. */
function withMetaOf(before: StoredView, after: StoredView, pin: Pin | undefined, now: Timestamp): StoredView {
  stampTimes(after, now, before);
  const meta = metaOf(after);
  const old = metaOf(before);
  const restored = pin?.snapshot === undefined ? undefined : metaOf(pin.snapshot);
  if (old.materializationIntervals !== undefined) {
    const own = restored?.materializationIntervals ?? [];
    meta.materializationIntervals = own.length > 0 ? own : old.materializationIntervals;
  }
  if (restored?.state !== undefined) meta.state = restored.state;
  return after;
}

function setVersion(view: StoredView, version: number): void {
  // Label views have a history, but no number in their meta.
  const meta = metaOf(view);
  if (meta.currentVersionNumber !== undefined) meta.currentVersionNumber = version;
}
