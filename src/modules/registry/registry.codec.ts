import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { DataSourceSchema } from '../../generated/feast/core/DataSource_pb.js';
import { EntitySchema } from '../../generated/feast/core/Entity_pb.js';
import { FeatureServiceSchema } from '../../generated/feast/core/FeatureService_pb.js';
import { FeatureViewSchema } from '../../generated/feast/core/FeatureView_pb.js';
import { LabelViewSchema } from '../../generated/feast/core/LabelView_pb.js';
import { OnDemandFeatureViewSchema } from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import { PermissionSchema } from '../../generated/feast/core/Permission_pb.js';
import { SavedDatasetSchema } from '../../generated/feast/core/SavedDataset_pb.js';
import { StreamFeatureViewSchema } from '../../generated/feast/core/StreamFeatureView_pb.js';
import { ValidationReferenceSchema } from '../../generated/feast/core/ValidationProfile_pb.js';
import { decodeDataSource } from './data-source.codec.js';
import { decodeEntity } from './entity.codec.js';
import { decodeFeatureService } from './feature-service.codec.js';
import { decodeFeatureView, decodeLabelView, decodeStreamFeatureView } from './feature-view.codec.js';
import { ObjectMemory } from './object-memory.js';
import { decodeOnDemandFeatureView } from './on-demand-feature-view.codec.js';
import { decodePermission } from './permission.codec.js';
import { decodeProject } from './project.codec.js';
import { parseMessage } from './registry-message.codec.js';
import { decodeTimestampMicros } from './registry-scalar.codec.js';
import { RegistrySections } from './registry-sections.js';
import { decodeSavedDataset, decodeValidationReference } from './saved-dataset.codec.js';
import { ViewHistory } from './view-history.js';

const TEXT = new TextDecoder();

/** One decoding without memory: see `RegistryDecoder`. Errors: CorruptDataError. */
export function decodeRegistry(bytes: Uint8Array, project: string): RegistrySnapshot {
  return new RegistryDecoder(project).decode(bytes);
}

/**
 * Decodes one registry after another of the same project. What has not changed since the one before is not
 * decoded again, and is the same object, so that a refresh of a large registry does not hold up requests.
 */
export class RegistryDecoder {
  readonly #memories: ReturnType<typeof createMemories>;

  constructor(private readonly project: string) {
    this.#memories = createMemories(project);
  }

  /**
   * Shape:  the definitions of the project out of the bytes of a registry file, which is one
   *         `feast.core.Registry` message of all projects. No bytes are a registry without anything. Of equal
   *         names of a kind the first counts. The bytes must not be changed afterwards: earlier versions of
   *         views are decoded from them when they are asked for.
   * Errors: CorruptDataError; the decoder can be used on.
   */
  decode(bytes: Uint8Array): RegistrySnapshot {
    const sections = RegistrySections.scan(bytes);
    const views = this.#decodeViews(sections);
    const history = new ViewHistory(sections.all('featureViewVersionHistory'), this.project);
    const memories = this.#memories;
    return Object.freeze({
      project: this.project,
      versionId: TEXT.decode(sections.last('versionId')),
      lastUpdatedMicros: decodeLastUpdated(sections),
      projectInfo: decodeProject(sections, this.project),
      ...views,
      entities: memories.entities.decodeAll(sections.all('entities')),
      dataSources: memories.dataSources.decodeAll(sections.all('dataSources')),
      featureServices: memories.featureServices.decodeAll(sections.all('featureServices')),
      savedDatasets: memories.savedDatasets.decodeAll(sections.all('savedDatasets')),
      validationReferences: memories.validationReferences.decodeAll(sections.all('validationReferences')),
      permissions: memories.permissions.decodeAll(sections.all('permissions')),
      anyFeatureView: (name: string): AnyFeatureView | undefined =>
        views.featureViews.get(name) ??
        views.streamFeatureViews.get(name) ??
        views.onDemandFeatureViews.get(name) ??
        views.labelViews.get(name),
      viewAtVersion: (name: string, version: number) => history.viewAtVersion(name, version),
    });
  }

  #decodeViews(
    sections: RegistrySections,
  ): Pick<RegistrySnapshot, 'featureViews' | 'streamFeatureViews' | 'onDemandFeatureViews' | 'labelViews'> {
    const memories = this.#memories;
    return {
      featureViews: memories.featureViews.decodeAll(sections.all('featureViews')),
      streamFeatureViews: memories.streamFeatureViews.decodeAll(sections.all('streamFeatureViews')),
      onDemandFeatureViews: memories.onDemandFeatureViews.decodeAll(sections.all('onDemandFeatureViews')),
      labelViews: memories.labelViews.decodeAll(sections.all('labelViews')),
    };
  }
}

function decodeLastUpdated(sections: RegistrySections): number {
  const bytes = sections.last('lastUpdated');
  if (bytes === undefined) return 0;
  return decodeTimestampMicros(parseMessage(TimestampSchema, bytes, 'The time of the registry'));
}

// One line per kind: the schema, where the project is, and the codec.
function createMemories(project: string) {
  const parse = <Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> =>
    parseMessage(schema, bytes, `A definition of the registry (${schema.name})`);
  return {
    entities: new ObjectMemory((bytes) => {
      const { spec } = parse(EntitySchema, bytes);
      return spec?.project === project ? decodeEntity(spec) : undefined;
    }),
    dataSources: new ObjectMemory((bytes) => {
      const source = parse(DataSourceSchema, bytes);
      return source.project === project ? decodeDataSource(source) : undefined;
    }),
    featureViews: new ObjectMemory((bytes) => {
      const { spec, meta } = parse(FeatureViewSchema, bytes);
      return spec?.project === project ? decodeFeatureView(spec, meta) : undefined;
    }),
    streamFeatureViews: new ObjectMemory((bytes) => {
      const { spec, meta } = parse(StreamFeatureViewSchema, bytes);
      return spec?.project === project ? decodeStreamFeatureView(spec, meta) : undefined;
    }),
    onDemandFeatureViews: new ObjectMemory((bytes) => {
      const { spec, meta } = parse(OnDemandFeatureViewSchema, bytes);
      return spec?.project === project ? decodeOnDemandFeatureView(spec, meta) : undefined;
    }),
    labelViews: new ObjectMemory((bytes) => {
      const { spec } = parse(LabelViewSchema, bytes);
      return spec?.project === project ? decodeLabelView(spec) : undefined;
    }),
    featureServices: new ObjectMemory((bytes) => {
      const { spec } = parse(FeatureServiceSchema, bytes);
      return spec?.project === project ? decodeFeatureService(spec) : undefined;
    }),
    savedDatasets: new ObjectMemory((bytes) => {
      const { spec } = parse(SavedDatasetSchema, bytes);
      return spec?.project === project ? decodeSavedDataset(spec) : undefined;
    }),
    validationReferences: new ObjectMemory((bytes) => {
      const reference = parse(ValidationReferenceSchema, bytes);
      return reference.project === project ? decodeValidationReference(reference) : undefined;
    }),
    permissions: new ObjectMemory((bytes) => {
      const { spec } = parse(PermissionSchema, bytes);
      return spec?.project === project ? decodePermission(spec) : undefined;
    }),
  };
}
