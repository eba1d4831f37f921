import type { Entity } from '../../../generated/feast/core/Entity_pb.js';
import type { FeatureService } from '../../../generated/feast/core/FeatureService_pb.js';
import type { Permission } from '../../../generated/feast/core/Permission_pb.js';
import type { DefinitionKind } from '../../../definitions/definition.js';
import type { DefinitionProblem } from '../definition-problem.js';
import type { DesiredRegistry } from '../desired-registry.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { optionsOf } from './definition-options.js';
import type { ViewKind, ViewMessage } from './encoded-view.js';
import type { EncodingContext } from './encoding-context.js';
import { dummyEntity, encodeEntity } from './entity.codec.js';
import { tellOtherKeyTypes } from './entity-keys.js';
import { ExportedDefinitions } from './exported-definitions.js';
import { encodeFeatureService } from './feature-service.codec.js';
import { OptionsReader } from './options-reader.js';
import { encodePermission } from './permission.codec.js';
import { ProblemReport } from './problem-report.js';
import { encodeProject } from './project.codec.js';
import { SourceRegister } from './source-register.js';
import { ViewEncoder, type EncodingParts } from './view-encoder.js';

/** What a registry is to hold, and what has to be mended first. */
export interface EncodedDefinitions {
  /** Complete only when there are no problems. */
  readonly desired: DesiredRegistry;
  /** In the order of the definitions. */
  readonly problems: readonly DefinitionProblem[];
}

const VIEW_KINDS: readonly ViewKind[] = [
  'feature_view',
  'stream_feature_view',
  'label_view',
  'on_demand_feature_view',
];
const SERVED: readonly DefinitionKind[] = VIEW_KINDS;

/**
 * Shape: the definitions of a repo as messages of the registry, field by field as Feast's Python SDK stores the same
 *        definitions, without `meta`. Sources that only views use are among them, and Feast's entity for views without
 *        entities. Everything that is wrong is told, not the first thing alone.
 * Source: what Feast 0.66 stored for the repos in test/fixtures/definitions and test/fixtures/conformance.
 */
export function encodeDefinitions(
  loaded: readonly LoadedDefinition[],
  context: EncodingContext,
): EncodedDefinitions {
  const report = new ProblemReport();
  const exported = new ExportedDefinitions(loaded, report);
  const sources = new SourceRegister(context.projectName, report);
  for (const source of exported.ofKind('data_source')) sources.addExported(source);
  const parts = { context, exported, sources, report };
  const views = new ViewEncoder(parts);
  const desired = {
    projectName: context.projectName,
    project: encodeProject(exported.ofKind('project'), context, report),
    entities: encodeEntities(parts),
    ...encodeViews(exported, views),
    featureServices: encodeServices(parts, views),
    permissions: encodePermissions(parts),
    // After the views, which bring sources of their own.
    dataSources: sources.messages(),
  };
  return { desired, problems: report.inOrderOf(loaded) };
}

function encodeEntities({ context, exported, report }: EncodingParts): Entity[] {
  const project = context.projectName;
  const loaded = exported.ofKind('entity');
  const entities = loaded.map((one) => encodeEntity(one.definition, project, report.tellOf(one)));
  tellOtherKeyTypes(loaded, entities, report);
  return [...entities, dummyEntity(project)];
}

function encodeViews(
  exported: ExportedDefinitions,
  encoder: ViewEncoder,
): Pick<DesiredRegistry, 'featureViews' | 'streamFeatureViews' | 'labelViews' | 'onDemandFeatureViews'> {
  const views = VIEW_KINDS.flatMap((kind) => exported.ofKind(kind)).map((loaded) => encoder.encode(loaded));
  const ofKind = <Kind extends ViewKind>(kind: Kind): Extract<ViewMessage, { kind: Kind }>['message'][] =>
    views.filter((view) => view.kind === kind).map((view) => view.message as never);
  return {
    featureViews: ofKind('feature_view'),
    streamFeatureViews: ofKind('stream_feature_view'),
    labelViews: ofKind('label_view'),
    onDemandFeatureViews: ofKind('on_demand_feature_view'),
  };
}

function encodeServices({ context, exported, report }: EncodingParts, views: ViewEncoder): FeatureService[] {
  const rules = views.selectionRules(SERVED);
  return exported.ofKind('feature_service').map((loaded) => {
    const reader = new OptionsReader(optionsOf(loaded.definition), report.tellOf(loaded));
    return encodeFeatureService(reader, context.projectName, rules);
  });
}

function encodePermissions({ context, exported, report }: EncodingParts): Permission[] {
  return exported.ofKind('permission').map((loaded) => {
    const reader = new OptionsReader(optionsOf(loaded.definition), report.tellOf(loaded));
    return encodePermission(reader, context.projectName);
  });
}
