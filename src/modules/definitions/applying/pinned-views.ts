import { clone } from '@bufbuild/protobuf';
import type { DefinitionKind } from '../../../definitions/definition.js';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { DesiredRegistry } from '../desired-registry.js';
import type { FieldChange } from '../diff/field-changes.js';
import { objectChanges, storedOf } from '../diff/registry-diff.js';
import {
  objectName,
  type ObjectSection,
  sectionForObject,
  type StoredView,
} from '../diff/registry-objects.js';
import { canonicalVersion, LATEST, pinnedVersion, versionTag } from '../view-version.js';
import { isNewVersion } from './version-significance.js';
import { VersionRecords } from './version-records.js';

/** A view that is pinned cannot be pinned as its author wants it. */
export class PinConflictError extends InvalidRequestError {
  constructor(
    readonly kind: DefinitionKind,
    readonly viewName: string,
    message: string,
  ) {
    super(message);
  }
}

/** Of a view that is pinned to a version. */
export interface Pin {
  readonly version: number;
  /** What the history holds under that number; undefined when the number is used for the first time. */
  readonly snapshot: StoredView | undefined;
}

export interface PinnedViews {
  /** With each view that is pinned as its history has it. */
  readonly desired: DesiredRegistry;
  /** By the name of the view. */
  readonly pins: ReadonlyMap<string, Pin>;
  readonly warnings: readonly string[];
}

/**
 * What a `version` of a view means: an earlier definition comes back, as it was, when nothing but `version` was
 * changed; a number that nobody has used becomes the name of the definition as it is.
 *
 * Errors: PinConflictError; CorruptDataError (a history that does not decode).
 */
export function resolvePins(desired: DesiredRegistry, registry: Registry): PinnedViews {
  const records = new VersionRecords(registry, desired.projectName);
  const pins = new Map<string, Pin>();
  const warnings: string[] = [];
  const resolve = <View extends StoredView>(views: readonly View[]): readonly View[] =>
    views.map((view) => {
      const version = pinnedVersion(versionText(view));
      if (version === undefined) return view;
      const name = objectName(view);
      const resolved = resolvePin(view, version, { registry, records, project: desired.projectName });
      pins.set(name, { version, snapshot: resolved.snapshot });
      warnings.push(...resolved.warnings);
      return resolved.view as View;
    });
  return {
    desired: {
      ...desired,
      featureViews: resolve(desired.featureViews),
      streamFeatureViews: resolve(desired.streamFeatureViews),
      onDemandFeatureViews: resolve(desired.onDemandFeatureViews),
    },
    pins,
    warnings,
  };
}

interface PinContext {
  readonly registry: Registry;
  readonly records: VersionRecords;
  readonly project: string;
}

interface ResolvedPin {
  readonly view: StoredView;
  readonly snapshot: StoredView | undefined;
  readonly warnings: readonly string[];
}

function resolvePin(view: StoredView, version: number, context: PinContext): ResolvedPin {
  const section = sectionForObject(view);
  const name = objectName(view);
  const stored = context.records.view(name, version);
  if (stored === undefined) return { view, snapshot: undefined, warnings: [] };
  if (stored.$typeName !== view.$typeName) throw conflict(section, name, version, 'it was of another kind');
  const snapshot = withVersion(section, stored, versionText(view));
  const active = storedOf(section, context.registry, context.project).get(name) as StoredView | undefined;
  if (active === undefined) return { view: snapshot, snapshot, warnings: [] };
  const differences = changesBesidesVersion(section, active, view);
  const isThere = canonicalVersion(versionText(active)) === versionTag(version);
  if (differences.length === 0) return { view: isThere ? view : snapshot, snapshot, warnings: [] };
  if (!isThere || !isSomeVersion(section, view, context.records)) {
    throw conflict(section, name, version, 'its definition was changed as well');
  }
  const warning =
    `${section.label} ${name} stays at version ${versionTag(version)}: until its version is ${LATEST}, ` +
    `the repository has no effect on ${differences.map(({ path }) => path.join('.')).join(', ')}`;
  return { view: active, snapshot, warnings: [warning] };
}

/** After a pin the repo may still hold the definition that was active before: it was not changed, it only waits. */
function isSomeVersion(section: ObjectSection, view: StoredView, records: VersionRecords): boolean {
  const name = objectName(view);
  return records.versions(name).some((version) => {
    const snapshot = records.view(name, version);
    if (snapshot?.$typeName !== view.$typeName) return false;
    return !isNewVersion(section.kind, changesBesidesVersion(section, snapshot, view));
  });
}

function changesBesidesVersion(
  section: ObjectSection,
  before: StoredView,
  after: StoredView,
): readonly FieldChange[] {
  return objectChanges(section, before, after).filter(({ path }) => path.join() !== 'version');
}

function conflict(section: ObjectSection, name: string, version: number, reason: string): PinConflictError {
  return new PinConflictError(
    section.kind,
    name,
    `${section.label} ${name} cannot be pinned to version ${versionTag(version)}: ${reason}. To go back to a version ` +
      `change nothing but 'version'; to apply another definition leave 'version' out`,
  );
}

function withVersion(section: ObjectSection, view: StoredView, version: string): StoredView {
  const copy = clone(section.schema, view) as StoredView;
  if (copy.spec !== undefined && 'version' in copy.spec) copy.spec.version = version;
  return copy;
}

/** Label views have none. */
function versionText(view: StoredView): string {
  return view.spec !== undefined && 'version' in view.spec ? view.spec.version : '';
}
