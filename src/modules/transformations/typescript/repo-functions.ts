import type { ValueTypeNumber } from '../../../common/model/value.js';
import { DEFINITION, type Definition } from '../../../definitions/definition.js';
import { SELECTION } from '../../../definitions/feature-selection.js';
import { shapeOf } from '../../../definitions/field-type.js';
import type { OnDemandFeatureViewOptions } from '../../../definitions/on-demand-feature-view.js';
import { DefinitionsError } from '../../definitions/definition-problem.js';
import { encodeDefinitions } from '../../definitions/encoding/encode-definitions.js';
import type { EncodingContext } from '../../definitions/encoding/encoding-context.js';
import type { LoadedDefinition } from '../../definitions/loaded-definition.js';
import { loadDefinitions } from '../../definitions/loading/load-definitions.js';
import { decodeOnDemandFeatureView } from '../../registry/on-demand-feature-view.codec.js';
import type { FunctionOutput, RepoFunction } from './repo-function.js';

export interface FunctionRepo {
  readonly repoDir: string;
  readonly context: EncodingContext;
}

/**
 * Runs the definitions of a repo and returns the functions of its on-demand views, by the names of the views.
 *
 * Errors: DefinitionsError that names every problem; InvalidRequestError when there is nothing to load.
 */
export async function loadRepoFunctions({
  repoDir,
  context,
}: FunctionRepo): Promise<ReadonlyMap<string, RepoFunction>> {
  return functionsOf(await loadDefinitions(repoDir), context);
}

/** Errors: DefinitionsError. */
export function functionsOf(
  loaded: readonly LoadedDefinition[],
  context: EncodingContext,
): ReadonlyMap<string, RepoFunction> {
  const { desired, problems } = encodeDefinitions(loaded, context);
  if (problems.length > 0) throw new DefinitionsError(problems);
  const definitions = new Map(
    loaded.flatMap(({ definition }) =>
      definition[DEFINITION] === 'on_demand_feature_view' ? [[definition.name, definition] as const] : [],
    ),
  );
  const functions = desired.onDemandFeatureViews.flatMap(({ spec }) => {
    const definition = spec && definitions.get(spec.name);
    if (!definition || typeof optionsOf(definition).transform !== 'function') return [];
    return [repoFunction(definition, decodeOnDemandFeatureView(spec, undefined))];
  });
  return new Map(functions.map((one) => [one.viewName, one]));
}

function repoFunction(definition: Definition, asRegistered: RepoFunction['asRegistered']): RepoFunction {
  const { transform, mode, heavy, schema, sources } = optionsOf(definition);
  const outputs = asRegistered.features.map(({ name, valueType }): FunctionOutput => {
    return { name, type: storedType(valueType), shape: shapeOf(schema[name]) };
  });
  return {
    viewName: definition.name,
    mode,
    heavy: heavy === true,
    transform,
    sources: new Map(Object.entries(sources).map(([key, source]) => [key, sourceName(source)])),
    outputs,
    asRegistered,
  };
}

function optionsOf(definition: Definition): OnDemandFeatureViewOptions {
  return (definition as Definition & { readonly options: OnDemandFeatureViewOptions }).options;
}

/** A request source goes by its own name, a view or a part of one by the name of the view. */
function sourceName(source: OnDemandFeatureViewOptions['sources'][string]): string {
  if (!(SELECTION in source)) return source.name;
  const { view } = source[SELECTION];
  return ((view ?? source) as Definition).name;
}

const BYTES = 1;
/** PDF and image bytes have numbers that no value has. */
const BYTES_OF_A_KIND: readonly number[] = [30, 31];

function storedType(type: ValueTypeNumber): ValueTypeNumber {
  return BYTES_OF_A_KIND.includes(type) ? BYTES : type;
}
