import type { OnDemandFeatureView } from '../../../common/model/feature-view.js';
import type { ValueTypeNumber } from '../../../common/model/value.js';
import type { TypeShape } from '../../../definitions/field-type.js';
import type { TransformContext } from '../../../definitions/transform-context.js';

/** A feature that a function returns. */
export interface FunctionOutput {
  readonly name: string;
  readonly type: ValueTypeNumber;
  readonly shape: TypeShape;
}

/** The transformation of an on-demand view, as its author wrote it. */
export interface RepoFunction {
  readonly viewName: string;
  readonly mode: 'row' | 'columns';
  /** It is to run in a thread of its own. */
  readonly heavy: boolean;
  readonly transform: (inputs: never, context: TransformContext) => unknown;
  /** Name under which the function finds a source → registered name of the source. */
  readonly sources: ReadonlyMap<string, string>;
  readonly outputs: readonly FunctionOutput[];
  /** The view as `apply` would register it now. */
  readonly asRegistered: OnDemandFeatureView;
}
