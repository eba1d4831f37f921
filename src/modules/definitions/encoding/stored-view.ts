import type { MessageInitShape } from '@bufbuild/protobuf';
import type { FeatureViewSpecSchema } from '../../../generated/feast/core/FeatureView_pb.js';
import type { TransformationMode } from '../../../definitions/view-options.js';
import { encodeDuration } from './duration.codec.js';
import { descriptive } from './entity.codec.js';
import type { OptionsReader } from './options-reader.js';

const MODES: readonly TransformationMode[] = [
  'python',
  'pandas',
  'spark_sql',
  'spark',
  'flink',
  'ray',
  'sql',
  'substrait',
];

/** As Feast reads it: `latest`, `v2`, `version2`, in any case. */
const VERSION = /^(?:latest|v(?:ersion)?\d+)$/i;

/** What differs from kind to kind when nothing is said. */
export interface StoredDefaults {
  readonly mode: TransformationMode | '';
  readonly online: boolean;
  /** Undefined where Feast stores none. */
  readonly ttlMs: number | undefined;
}

/** Options that feature views, batch views and stream views share. */
export function storedOptions(
  reader: OptionsReader,
  defaults: StoredDefaults,
): Pick<
  MessageInitShape<typeof FeatureViewSpecSchema>,
  | 'description'
  | 'tags'
  | 'owner'
  | 'ttl'
  | 'online'
  | 'mode'
  | 'enableValidation'
  | 'version'
  | 'org'
  | 'disabled'
> {
  const ttlMs = reader.durationMs('ttl') ?? defaults.ttlMs;
  return {
    ...descriptive(reader),
    ...(ttlMs === undefined ? {} : { ttl: encodeDuration(ttlMs) }),
    online: reader.flag('online', defaults.online),
    mode: reader.oneOf('mode', MODES, defaults.mode),
    enableValidation: reader.flag('enableValidation', false),
    ...versioned(reader),
  };
}

/** Options that on-demand views have too. */
export function versioned(reader: OptionsReader): { version: string; org: string; disabled: boolean } {
  const version = reader.text('version', 'latest');
  if (!VERSION.test(version))
    reader.tell('version', `must be 'latest' or a version such as 'v2', is '${version}'`);
  return { version, org: reader.text('org'), disabled: reader.flag('disabled', false) };
}

/** A name that references can be made of: `view:feature`, `view@v2:feature`. */
export function viewName(reader: OptionsReader): string {
  const name = reader.requiredText('name');
  const sign = ['@', ':'].find((candidate) => name.includes(candidate));
  if (sign !== undefined) {
    reader.tell('name', `must not contain '${sign}', which separates the parts of a reference to a feature`);
  }
  if (name.startsWith('__precomputed__')) {
    reader.tell(
      'name',
      "must not begin with '__precomputed__', under which vectors of feature services are kept",
    );
  }
  return name;
}
