import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../../common/errors/errors.js';
import { FeatureViewSchema } from '../../generated/feast/core/FeatureView_pb.js';
import { FeatureViewVersionHistorySchema } from '../../generated/feast/core/FeatureViewVersion_pb.js';
import { LabelViewSchema } from '../../generated/feast/core/LabelView_pb.js';
import { OnDemandFeatureViewSchema } from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import { StreamFeatureViewSchema } from '../../generated/feast/core/StreamFeatureView_pb.js';
import { ViewHistory } from './view-history.js';

const project = 'versions';

describe('ViewHistory', () => {
  const features = (count: number) =>
    Array.from({ length: count }, (_value, index) => ({ name: `f${index}` }));
  const record = (type: string, name: string, versionNumber: number, featureViewProto: Uint8Array) => ({
    projectId: project,
    featureViewType: type,
    featureViewName: name,
    versionNumber,
    featureViewProto,
  });
  const spec = (name: string, count: number) => ({ spec: { name, project, features: features(count) } });
  const history = create(FeatureViewVersionHistorySchema, {
    records: [
      record('feature_view', 'a', 0, toBinary(FeatureViewSchema, create(FeatureViewSchema, spec('a', 1)))),
      record('feature_view', 'a', 1, toBinary(FeatureViewSchema, create(FeatureViewSchema, spec('a', 2)))),
      record('feature_view', 'a', 1, new Uint8Array([0xff])),
      record(
        'stream_feature_view',
        'b',
        3,
        toBinary(StreamFeatureViewSchema, create(StreamFeatureViewSchema, spec('b', 3))),
      ),
      record(
        'on_demand_feature_view',
        'c',
        0,
        toBinary(OnDemandFeatureViewSchema, create(OnDemandFeatureViewSchema, spec('c', 4))),
      ),
      record('label_view', 'd', 0, toBinary(LabelViewSchema, create(LabelViewSchema, spec('d', 5)))),
      record('feature_view', 'damaged', 0, new Uint8Array([0x0a, 0x50])),
      record('feature_view', 'empty', 0, new Uint8Array()),
      record('sorted_feature_view', 'unknown', 0, new Uint8Array()),
    ],
  });
  const views = new ViewHistory([toBinary(FeatureViewVersionHistorySchema, history)], project);

  it.each([
    ['a', 0, 'feature_view', 1],
    ['a', 1, 'feature_view', 2],
    ['b', 3, 'stream_feature_view', 3],
    ['c', 0, 'on_demand_feature_view', 4],
    ['d', 0, 'label_view', 5],
  ])('has %s@v%d', (name, version, kind, count) => {
    const view = views.viewAtVersion(name, version);
    expect([view?.kind, view?.features.length, view?.currentVersionNumber]).toEqual([kind, count, version]);
  });

  it.each(['damaged', 'empty', 'unknown'])('refuses what is %s, when it is asked for', (name) => {
    expect(() => views.viewAtVersion(name, 0)).toThrow(CorruptDataError);
    expect(() => views.viewAtVersion(name, 0)).toThrow(`Version v0 of feature view ${name}`);
  });

  it('decodes a version once', () => {
    expect(views.viewAtVersion('a', 1)).toBe(views.viewAtVersion('a', 1));
  });

  it('does not know other views, versions or projects', () => {
    expect(views.viewAtVersion('a', 2)).toBeUndefined();
    expect(views.viewAtVersion('e', 0)).toBeUndefined();
    const other = new ViewHistory([toBinary(FeatureViewVersionHistorySchema, history)], 'other');
    expect(other.viewAtVersion('a', 0)).toBeUndefined();
  });

  it('refuses a list that does not decode', () => {
    expect(() => new ViewHistory([new Uint8Array([0x0a, 0x50])], project).viewAtVersion('a', 0)).toThrow(
      CorruptDataError,
    );
  });
});
