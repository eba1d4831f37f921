/**
 * What does not count in a comparison of two definitions, each with its reason. Everything else does: fields are found
 * in the descriptors, so that none can be forgotten.
 */
export interface FieldRule {
  /** Full names of messages. */
  readonly types: readonly string[];
  /** Names of the registry format. */
  readonly fields: readonly string[];
  readonly reason: string;
}

const DATA_SOURCE = 'feast.core.DataSource';
const FEATURE_VIEW_SPEC = 'feast.core.FeatureViewSpec';
const STREAM_VIEW_SPEC = 'feast.core.StreamFeatureViewSpec';
const ON_DEMAND_VIEW_SPEC = 'feast.core.OnDemandFeatureViewSpec';
const LABEL_VIEW_SPEC = 'feast.core.LabelViewSpec';
const VIEW_SPECS = [FEATURE_VIEW_SPEC, STREAM_VIEW_SPEC, ON_DEMAND_VIEW_SPEC, LABEL_VIEW_SPEC];

export const NOT_COMPARED: readonly FieldRule[] = [
  {
    types: [DATA_SOURCE],
    fields: ['meta'],
    reason: 'times of the registry, not of the author; Feast renews them in every copy inside a view',
  },
  {
    types: ['feast.core.FeatureView'],
    fields: ['meta'],
    reason: 'state of a view that an on-demand view of an old registry holds as a whole',
  },
  {
    types: [
      DATA_SOURCE,
      ...VIEW_SPECS,
      'feast.core.EntitySpecV2',
      'feast.core.FeatureServiceSpec',
      'feast.core.PermissionSpec',
      'feast.core.Policy',
    ],
    fields: ['project'],
    reason: 'objects are compared within one project; Feast leaves it out of what lies inside another object',
  },
];

export const ORDER_DOES_NOT_COUNT: readonly FieldRule[] = [
  {
    types: VIEW_SPECS,
    fields: ['entities', 'features', 'entity_columns'],
    reason: 'found by name everywhere; Feast compares them sorted and keeps the old order',
  },
  {
    types: ['feast.core.PermissionSpec'],
    fields: ['types'],
    reason: 'a set; Feast compares it as one',
  },
];

export const ABSENT_IS_ANY: readonly FieldRule[] = [
  {
    types: [DATA_SOURCE],
    fields: ['data_source_class_type'],
    reason: 'follows from `type`; Feast leaves it out of most sources inside another object',
  },
];

/** The field does not count when `decidedBy` is set on both sides. */
export interface DecidedField extends FieldRule {
  readonly decidedBy: string;
}

export const DECIDED_BY_ANOTHER: readonly DecidedField[] = [
  {
    types: ['feast.core.UserDefinedFunction', 'feast.core.UserDefinedFunctionV2'],
    fields: ['body'],
    decidedBy: 'body_text',
    reason:
      'a pickled function differs from run to run; its text says what it does, and Feast compares that alone',
  },
];

export const VERSION_TEXTS: FieldRule = {
  types: VIEW_SPECS,
  fields: ['version'],
  reason: 'nothing, `latest` and any case of it are the newest; `v2`, `V2` and `version2` are one pin',
};

export function applies(rule: FieldRule, typeName: string, field: string): boolean {
  return rule.types.includes(typeName) && rule.fields.includes(field);
}

export function anyApplies(rules: readonly FieldRule[], typeName: string, field: string): boolean {
  return rules.some((rule) => applies(rule, typeName, field));
}
