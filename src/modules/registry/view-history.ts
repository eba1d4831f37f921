import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { CorruptDataError } from '../../common/errors/errors.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import { FeatureViewSchema } from '../../generated/feast/core/FeatureView_pb.js';
import type { FeatureViewVersionRecord } from '../../generated/feast/core/FeatureViewVersion_pb.js';
import { FeatureViewVersionHistorySchema } from '../../generated/feast/core/FeatureViewVersion_pb.js';
import { LabelViewSchema } from '../../generated/feast/core/LabelView_pb.js';
import { OnDemandFeatureViewSchema } from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import { StreamFeatureViewSchema } from '../../generated/feast/core/StreamFeatureView_pb.js';
import { decodeFeatureView, decodeLabelView, decodeStreamFeatureView } from './feature-view.codec.js';
import { decodeOnDemandFeatureView } from './on-demand-feature-view.codec.js';
import { parseMessage } from './registry-message.codec.js';

type RecordsByVersion = Map<number, FeatureViewVersionRecord>;

/**
 * Earlier definitions of the views of one project. It is as large as the rest of a registry and seldom asked, so
 * the list is parsed at the first question, and a definition when it is asked for.
 */
export class ViewHistory {
  readonly #decoded = new Map<FeatureViewVersionRecord, AnyFeatureView>();
  #records: ReadonlyMap<string, RecordsByVersion> | undefined;

  constructor(
    private readonly parts: readonly Uint8Array[],
    private readonly project: string,
  ) {}

  /** Errors: CorruptDataError (what does not decode, or is of a kind that is not known). */
  viewAtVersion(name: string, version: number): AnyFeatureView | undefined {
    this.#records ??= indexRecords(this.parts, this.project);
    const record = this.#records.get(name)?.get(version);
    if (record === undefined) return undefined;
    const known = this.#decoded.get(record);
    if (known !== undefined) return known;
    const view = Object.freeze({ ...decodeRecord(record), currentVersionNumber: version });
    this.#decoded.set(record, view);
    return view;
  }
}

function indexRecords(parts: readonly Uint8Array[], project: string): ReadonlyMap<string, RecordsByVersion> {
  const records = new Map<string, RecordsByVersion>();
  for (const part of parts) {
    const history = parseMessage(FeatureViewVersionHistorySchema, part, 'The history of feature views');
    for (const record of history.records) {
      if (record.projectId !== project) continue;
      const versions: RecordsByVersion = records.get(record.featureViewName) ?? new Map();
      records.set(record.featureViewName, versions);
      // As in every look-up of the registry, the first of equal names counts.
      if (!versions.has(record.versionNumber)) versions.set(record.versionNumber, record);
    }
  }
  return records;
}

function decodeRecord(record: FeatureViewVersionRecord): AnyFeatureView {
  switch (record.featureViewType) {
    case 'feature_view': {
      const { spec, meta } = parseRecord(FeatureViewSchema, record);
      return decodeFeatureView(requireSpec(spec, record), meta);
    }
    case 'stream_feature_view': {
      const { spec, meta } = parseRecord(StreamFeatureViewSchema, record);
      return decodeStreamFeatureView(requireSpec(spec, record), meta);
    }
    case 'on_demand_feature_view': {
      const { spec, meta } = parseRecord(OnDemandFeatureViewSchema, record);
      return decodeOnDemandFeatureView(requireSpec(spec, record), meta);
    }
    case 'label_view':
      return decodeLabelView(requireSpec(parseRecord(LabelViewSchema, record).spec, record));
    default:
      throw new CorruptDataError(`${describe(record)} is of the unknown kind '${record.featureViewType}'`);
  }
}

function parseRecord<Desc extends DescMessage>(
  schema: Desc,
  record: FeatureViewVersionRecord,
): MessageShape<Desc> {
  return parseMessage(schema, record.featureViewProto, describe(record));
}

function requireSpec<Spec>(spec: Spec | undefined, record: FeatureViewVersionRecord): Spec {
  if (spec === undefined) throw new CorruptDataError(`${describe(record)} is empty`);
  return spec;
}

function describe(record: FeatureViewVersionRecord): string {
  return `Version v${record.versionNumber} of feature view ${record.featureViewName}`;
}
