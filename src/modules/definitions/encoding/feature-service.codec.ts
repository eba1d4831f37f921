import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  FeatureServiceSchema,
  type FeatureService,
  LoggingConfig_FileDestinationSchema,
  type LoggingConfigSchema,
} from '../../../generated/feast/core/FeatureService_pb.js';
import { isComputedOnRead } from './encoded-view.js';
import { descriptive } from './entity.codec.js';
import type { OptionsReader } from './options-reader.js';
import { pathTo } from './problem-report.js';
import { encodeProjection, type Projection } from './projection.codec.js';
import { readSelection, type SelectionRules } from './selection-reader.js';

/** Shape: a feature service, its projections in the order in which they were passed. */
export function encodeFeatureService(
  reader: OptionsReader,
  project: string,
  rules: SelectionRules,
): FeatureService {
  const spec = {
    name: reader.requiredText('name'),
    project,
    features: projectionsOf(reader, rules).map(encodeProjection),
    ...descriptive(reader),
    ...loggingConfig(reader),
    precomputeOnline: reader.flag('precomputeOnline', false),
  };
  reader.finish();
  return create(FeatureServiceSchema, { spec });
}

function projectionsOf(reader: OptionsReader, rules: SelectionRules): readonly Projection[] {
  const list = reader.list('features');
  if (list.length === 0) reader.tell('features', 'is missing: name at least one view');
  const precomputed = reader.value('precomputeOnline') === true;
  const before: Projection[] = [];
  for (const [index, value] of list.entries()) {
    const tell = (message: string): void => reader.tell(pathTo('features', index), message);
    const projection = readSelection(value, rules, tell);
    if (projection === undefined) continue;
    const collision = before
      .map((other) => collisionOf(projection, other))
      .find((told) => told !== undefined);
    if (collision !== undefined) tell(collision);
    if (precomputed && isComputedOnRead(projection.view)) {
      tell(
        `'${projection.view.name}' is computed when it is read, so precomputeOnline cannot have it: remove one of them`,
      );
    }
    before.push(projection);
  }
  return before;
}

/** Under one name, readers take two parts for one: they must be of one view, with other features and the same keys. */
function collisionOf(one: Projection, other: Projection): string | undefined {
  const name = nameInUse(one);
  if (name !== nameInUse(other)) return undefined;
  if (one.view !== other.view) {
    return `'${one.view.name}' and '${other.view.name}' both go by the name '${name}': give one of them another with as()`;
  }
  const names = new Set(other.features.map((feature) => feature.name));
  const twice = one.features.find((feature) => names.has(feature.name));
  if (twice !== undefined) {
    return `'${name}' has the feature '${twice.name}' in this service already: remove one, or give one of them another name with as()`;
  }
  const sameKeys = JSON.stringify(one.joinKeyMap) === JSON.stringify(other.joinKeyMap);
  return sameKeys
    ? undefined
    : `'${name}' is in this service already with other join keys: give one of them another name with as()`;
}

function nameInUse({ view, alias, version }: Projection): string {
  const name = alias === '' ? view.name : alias;
  return version === undefined ? name : `${name}@v${version}`;
}

function loggingConfig(reader: OptionsReader): {
  loggingConfig?: MessageInitShape<typeof LoggingConfigSchema>;
} {
  const config = reader.inner('loggingConfig');
  if (config === undefined) return {};
  const sampleRate = config.number('sampleRate', 1);
  if (sampleRate < 0 || sampleRate > 1)
    config.tell('sampleRate', `must be between 0 and 1, is ${sampleRate}`);
  const value = create(LoggingConfig_FileDestinationSchema, fileDestination(config));
  config.finish();
  return { loggingConfig: { sampleRate, destination: { case: 'fileDestination', value } } };
}

function fileDestination(
  config: OptionsReader,
): MessageInitShape<typeof LoggingConfig_FileDestinationSchema> {
  const destination = config.inner('destination');
  if (destination === undefined) {
    config.tell('destination', "is missing: { path: 'data/log' }");
    return {};
  }
  const value = {
    path: destination.requiredText('path'),
    s3EndpointOverride: destination.text('s3EndpointOverride'),
    partitionBy: destination.texts('partitionBy'),
  };
  destination.finish();
  return value;
}
