import { clone } from '@bufbuild/protobuf';
import { DEFINITION, isDefinition, type DefinitionKind } from '../../../definitions/definition.js';
import { FeatureViewSpecSchema, type FeatureViewSpec } from '../../../generated/feast/core/FeatureView_pb.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { noteOf } from './definition-options.js';
import type { EncodedView, ViewMessage } from './encoded-view.js';
import {
  BATCH_VIEW_SOURCES,
  encodeFeatureView,
  FEATURE_VIEW_SOURCES,
  type ViewSources,
} from './feature-view.codec.js';
import type { OptionsReader } from './options-reader.js';
import { pathTo, type Tell } from './problem-report.js';
import type { FindView } from './selection-reader.js';
import type { SourceRegister } from './source-register.js';
import { encodeStreamFeatureView, STREAM_VIEW_SOURCES } from './stream-feature-view.codec.js';
import type { ViewColumns } from './view-columns.js';

/** What a kind of view can take its rows from. */
const RULES = {
  feature: { kinds: FEATURE_VIEW_SOURCES, needed: false, derivable: true },
  batch: { kinds: BATCH_VIEW_SOURCES, needed: true, derivable: true },
  stream: { kinds: STREAM_VIEW_SOURCES, needed: true, derivable: false },
} as const;

export interface StoredViewParts {
  readonly project: string;
  readonly sources: SourceRegister;
  readonly views: { readonly find: FindView };
}

/** A feature view, batch feature view or stream feature view, with what it takes its rows from. */
export function encodeStoredView(
  loaded: LoadedDefinition,
  reader: OptionsReader,
  columns: ViewColumns,
  parts: StoredViewParts,
): ViewMessage & Pick<EncodedView, 'batchSource'> {
  const sources = viewSources(loaded, reader, parts);
  const given = { columns, sources };
  if (ruleOf(loaded) === 'stream') {
    const message = encodeStreamFeatureView(reader, parts.project, given);
    return { kind: 'stream_feature_view', message, batchSource: sources.batch };
  }
  const message = encodeFeatureView(reader, parts.project, ruleOf(loaded) === 'batch', given);
  return { kind: 'feature_view', message, batchSource: sources.batch };
}

function viewSources(loaded: LoadedDefinition, reader: OptionsReader, parts: StoredViewParts): ViewSources {
  const value = reader.value('source');
  if (isViewSource(value)) return derivedSources(loaded, reader, parts);
  const { kinds, needed, derivable } = RULES[ruleOf(loaded)];
  if (derivable && reader.value('sinkSource') !== undefined) {
    reader.tell(
      'sinkSource',
      'is for a view that is derived from other views: name them in source, or remove it',
    );
  }
  if (value === undefined) {
    if (needed) reader.tell('source', 'is missing: say where the rows come from');
    return { batch: undefined, stream: undefined, views: [] };
  }
  const source = parts.sources.used(value, { by: loaded, property: 'source', kinds }, tellOf(reader));
  const stream = source?.kind === 'file' ? undefined : source;
  return { batch: parts.sources.batchOf(source), stream, views: [] };
}

/** Of a view that is derived from others. */
function derivedSources(
  loaded: LoadedDefinition,
  reader: OptionsReader,
  parts: StoredViewParts,
): ViewSources {
  const value = reader.value('source');
  const several = Array.isArray(value);
  const views = (several ? value : [value]).flatMap((one: unknown, index): FeatureViewSpec[] => {
    const property = several ? pathTo('source', index) : 'source';
    const kinds: readonly DefinitionKind[] = ['feature_view'];
    const view = parts.views.find(one, kinds, (message) => reader.tell(property, message));
    if (view?.kind !== 'feature_view' || view.message.spec === undefined) return [];
    // Feast keeps them without their project.
    const spec = clone(FeatureViewSpecSchema, view.message.spec);
    spec.project = '';
    return [spec];
  });
  const sink = reader.value('sinkSource');
  if (sink === undefined) {
    reader.tell(
      'sinkSource',
      'is missing: a view that is derived from others needs a fileSource to keep its rows',
    );
    return { batch: undefined, stream: undefined, views };
  }
  const use = { by: loaded, property: 'sinkSource', kinds: BATCH_VIEW_SOURCES };
  return { batch: parts.sources.used(sink, use, tellOf(reader)), stream: undefined, views };
}

function isViewSource(value: unknown): boolean {
  return Array.isArray(value) || (isDefinition(value) && value[DEFINITION].endsWith('_view'));
}

function ruleOf({ definition }: LoadedDefinition): keyof typeof RULES {
  if (definition[DEFINITION] === 'stream_feature_view') return 'stream';
  return noteOf(definition, 'viewType') === 'batch' ? 'batch' : 'feature';
}

function tellOf(reader: OptionsReader): Tell {
  return (property, message) => reader.tell(property, message);
}
