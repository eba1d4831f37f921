import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  type FeatureViewVersionRecord,
  FeatureViewVersionHistorySchema,
  FeatureViewVersionRecordSchema,
} from '../../../generated/feast/core/FeatureViewVersion_pb.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import { parseMessage } from '../../registry/registry-message.codec.js';
import { objectName, OBJECT_SECTIONS, sectionForObject, type StoredView } from '../diff/registry-objects.js';
import { versionTag } from '../view-version.js';

/** The earlier definitions of the views of one project, in the registry itself. */
export class VersionRecords {
  constructor(
    private readonly registry: Registry,
    private readonly project: string,
  ) {}

  /** Shape: records of a view in the order in which they were made. */
  of(viewName: string): readonly FeatureViewVersionRecord[] {
    return this.#all().filter((record) => this.#isOf(record, viewName));
  }

  /** Shape: versions of a view that are known, in the order in which they were made. */
  versions(viewName: string): readonly number[] {
    return this.of(viewName).map(({ versionNumber }) => versionNumber);
  }

  /** One above the highest; 0 when there is none. */
  next(viewName: string): number {
    return Math.max(-1, ...this.versions(viewName)) + 1;
  }

  /** Errors: CorruptDataError (what does not decode, or is of a kind that is not known). */
  view(viewName: string, version: number): StoredView | undefined {
    const record = this.of(viewName).find(({ versionNumber }) => versionNumber === version);
    return record === undefined ? undefined : decodeRecord(record);
  }

  save(view: StoredView, version: number, now: Timestamp): void {
    const section = sectionForObject(view);
    this.registry.featureViewVersionHistory ??= create(FeatureViewVersionHistorySchema);
    this.registry.featureViewVersionHistory.records.push(
      create(FeatureViewVersionRecordSchema, {
        featureViewName: objectName(view),
        projectId: this.project,
        versionNumber: version,
        featureViewType: section.kind,
        featureViewProto: toBinary(section.schema, view),
        createdTimestamp: now,
        versionId: randomUUID(),
      }),
    );
  }

  /** A view that is deleted takes its history along. */
  remove(viewName: string): void {
    const history = this.registry.featureViewVersionHistory;
    if (history === undefined) return;
    history.records = history.records.filter((record) => !this.#isOf(record, viewName));
  }

  #all(): readonly FeatureViewVersionRecord[] {
    return this.registry.featureViewVersionHistory?.records ?? [];
  }

  #isOf(record: FeatureViewVersionRecord, viewName: string): boolean {
    return record.featureViewName === viewName && record.projectId === this.project;
  }
}

function decodeRecord(record: FeatureViewVersionRecord): StoredView | undefined {
  const section = OBJECT_SECTIONS.find(({ kind, isView }) => isView && kind === record.featureViewType);
  const what = `Version ${versionTag(record.versionNumber)} of feature view ${record.featureViewName}`;
  return section && (parseMessage(section.schema, record.featureViewProto, what) as StoredView);
}
