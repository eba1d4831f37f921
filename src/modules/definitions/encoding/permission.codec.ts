import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Action } from '../../../common/model/permission.js';
import { ALL_ACTIONS, type ResourceType } from '../../../definitions/permission.js';
import {
  PermissionSchema,
  PermissionSpec_AuthzedAction as ActionNumber,
  PermissionSpec_Type as TypeNumber,
  type Permission,
} from '../../../generated/feast/core/Permission_pb.js';
import { compilePythonPattern, pythonStrip } from '../../../common/codec/python-pattern.js';
import { notOneOf, OptionsReader, type StringMap } from './options-reader.js';
import { encodePolicy } from './policy.codec.js';
import { pathTo } from './problem-report.js';

/** In Feast's order, which is that of a permission for everything. */
const TYPES: Readonly<Record<ResourceType, TypeNumber>> = {
  Project: TypeNumber.PROJECT,
  FeatureView: TypeNumber.FEATURE_VIEW,
  OnDemandFeatureView: TypeNumber.ON_DEMAND_FEATURE_VIEW,
  BatchFeatureView: TypeNumber.BATCH_FEATURE_VIEW,
  StreamFeatureView: TypeNumber.STREAM_FEATURE_VIEW,
  LabelView: TypeNumber.LABEL_VIEW,
  Entity: TypeNumber.ENTITY,
  FeatureService: TypeNumber.FEATURE_SERVICE,
  DataSource: TypeNumber.DATA_SOURCE,
  ValidationReference: TypeNumber.VALIDATION_REFERENCE,
  SavedDataset: TypeNumber.SAVED_DATASET,
  Permission: TypeNumber.PERMISSION,
};

const TYPE_NAMES = Object.keys(TYPES) as ResourceType[];

/** Shape: a permission. No types are stored as all types, and no actions as all actions, as Feast does. */
export function encodePermission(reader: OptionsReader, project: string): Permission {
  const types = choices(reader, 'types', TYPE_NAMES);
  const actions = choices(reader, 'actions', ALL_ACTIONS);
  const given = reader.value('actions');
  if (Array.isArray(given) && given.length === 0) {
    reader.tell('actions', 'allows nothing: name at least one, or leave it out for all');
  }
  const spec = {
    name: reader.requiredText('name'),
    project,
    types: (types.length === 0 ? TYPE_NAMES : types).map((type) => TYPES[type]),
    namePatterns: namePatterns(reader),
    requiredTags: trimmed(reader.textMap('requiredTags')),
    actions: (given === undefined ? ALL_ACTIONS : actions).map((action: Action) => ActionNumber[action]),
    policy: encodePolicy(reader),
    tags: trimmed(reader.textMap('tags')),
  } satisfies MessageInitShape<typeof PermissionSchema>['spec'];
  reader.finish();
  return create(PermissionSchema, { spec });
}

function choices<Choice extends string>(
  reader: OptionsReader,
  key: string,
  known: readonly Choice[],
): Choice[] {
  return reader.list(key).filter((value, index): value is Choice => {
    if ((known as readonly unknown[]).includes(value)) return true;
    reader.tell(pathTo(key, index), notOneOf(value, known));
    return false;
  });
}

function namePatterns(reader: OptionsReader): string[] {
  for (const [index, pattern] of reader.list('namePatterns').entries()) {
    const compiled = typeof pattern === 'string' ? compilePythonPattern(pythonStrip(pattern)) : undefined;
    if (typeof compiled === 'string') {
      reader.tell(pathTo('namePatterns', index), `is a pattern that would never match: ${compiled}`);
    }
  }
  return reader.texts('namePatterns').map(pythonStrip);
}

function trimmed(tags: StringMap): StringMap {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name.trim(), value.trim()]));
}
