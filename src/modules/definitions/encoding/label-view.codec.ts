import { create } from '@bufbuild/protobuf';
import type { ConflictPolicy } from '../../../definitions/label-view.js';
import {
  ConflictResolutionPolicy,
  LabelViewSchema,
  type LabelView,
} from '../../../generated/feast/core/LabelView_pb.js';
import { withClass, type EncodedSource, type SourceKind } from './data-source.codec.js';
import { encodeDuration } from './duration.codec.js';
import { descriptive } from './entity.codec.js';
import type { OptionsReader } from './options-reader.js';
import { viewName } from './stored-view.js';
import type { ViewColumns } from './view-columns.js';

export const LABEL_VIEW_SOURCES: readonly SourceKind[] = ['file', 'push'];

const POLICIES: Readonly<Record<ConflictPolicy, ConflictResolutionPolicy>> = {
  last_write_wins: ConflictResolutionPolicy.LAST_WRITE_WINS,
  labeler_priority: ConflictResolutionPolicy.LABELER_PRIORITY,
  majority_vote: ConflictResolutionPolicy.MAJORITY_VOTE,
};

/** Shape: a label view, with the source as it was passed: a push source brings its batch source along. */
export function encodeLabelView(
  reader: OptionsReader,
  project: string,
  columns: ViewColumns,
  more: { readonly source: EncodedSource | undefined; readonly referenceFeatureView: string },
): LabelView {
  const policies = Object.keys(POLICIES) as ConflictPolicy[];
  const spec = {
    name: viewName(reader),
    project,
    ...columns,
    ...descriptive(reader),
    ttl: encodeDuration(reader.durationMs('ttl') ?? 0),
    ...(more.source === undefined ? {} : { source: withClass(more.source) }),
    online: reader.flag('online', true),
    labelerField: reader.text('labelerField', 'labeler'),
    conflictPolicy: POLICIES[reader.oneOf('conflictPolicy', policies, 'last_write_wins')],
    referenceFeatureView: more.referenceFeatureView,
  };
  return create(LabelViewSchema, { spec });
}
