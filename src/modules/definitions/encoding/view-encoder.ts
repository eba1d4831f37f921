import { ValueType } from '../../../common/model/value.js';
import { DEFINITION, type Definition, type DefinitionKind } from '../../../definitions/definition.js';
import { EntitySchema, type EntitySpecV2 } from '../../../generated/feast/core/Entity_pb.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { optionsOf } from './definition-options.js';
import type { EncodedView, ViewMessage } from './encoded-view.js';
import type { EncodingContext } from './encoding-context.js';
import { encodeEntity } from './entity.codec.js';
import type { ExportedDefinitions } from './exported-definitions.js';
import { exportedReference, sameMessage } from './exported-references.js';
import { encodeLabelView, LABEL_VIEW_SOURCES } from './label-view.codec.js';
import { encodeOnDemandFeatureView } from './on-demand-feature-view.codec.js';
import { onDemandSources } from './on-demand-sources.js';
import { OptionsReader } from './options-reader.js';
import { pathTo, TELL_NOBODY, type ProblemReport, type Tell } from './problem-report.js';
import type { SelectionRules } from './selection-reader.js';
import type { SourceRegister } from './source-register.js';
import { encodeStoredView } from './stored-view-encoder.js';
import { tellSourceColumns, viewColumns, type ViewColumns } from './view-columns.js';
import { sameView } from './view-schemas.js';

/** What the encoding of a repo works with. */
export interface EncodingParts {
  readonly context: EncodingContext;
  readonly exported: ExportedDefinitions;
  readonly sources: SourceRegister;
  readonly report: ProblemReport;
}

/** Encodes views, each once, and the views that they need before them. */
export class ViewEncoder {
  readonly #views = new Map<Definition, EncodedView>();
  readonly #rules: Omit<SelectionRules, 'kinds'>;

  constructor(private readonly parts: EncodingParts) {
    this.#rules = {
      onlineVersioning: parts.context.onlineVersioning,
      findView: (value, kinds, tell) => this.find(value, kinds, tell),
    };
  }

  /** An exported view, with its problems told. */
  encode(loaded: LoadedDefinition): EncodedView {
    const { definition } = loaded;
    const known = this.#views.get(definition);
    if (known !== undefined) return known;
    const encoded = this.#encode(loaded, this.parts.report.tellOf(loaded));
    this.#views.set(definition, encoded);
    return encoded;
  }

  /** The exported view that a value stands for; undefined, with a problem told, when there is none. */
  find(
    value: unknown,
    kinds: readonly DefinitionKind[],
    tell: (message: string) => void,
  ): EncodedView | undefined {
    const what = kinds.includes('on_demand_feature_view') ? 'a view, or a part of one' : 'a feature view';
    const same = (one: Definition, other: Definition): boolean =>
      sameView(this.#quietly(one), this.#quietly(other));
    const found = exportedReference(value, { kinds, what, same }, this.parts.exported, tell);
    return found === undefined ? undefined : this.encode(found);
  }

  selectionRules(kinds: readonly DefinitionKind[]): SelectionRules {
    return { ...this.#rules, kinds };
  }

  #quietly(definition: Definition): EncodedView {
    return this.#encode({ definition, file: '', exportName: definition.name }, TELL_NOBODY);
  }

  #encode(loaded: LoadedDefinition, tell: Tell): EncodedView {
    const { definition } = loaded;
    const reader = new OptionsReader(optionsOf(definition), tell);
    const untypedKeys = definition[DEFINITION] === 'label_view' ? ValueType.STRING : ValueType.UNKNOWN;
    const columns = viewColumns(reader, this.#entities(reader), untypedKeys);
    const encoded = this.#encodeKind(loaded, reader, columns);
    reader.finish();
    tellSourceColumns(reader, columns, encoded.batchSource?.message);
    const joinKeys = columns.entityColumns.map(({ name }) => name);
    return { ...encoded, definition, name: definition.name, features: columns.features, joinKeys };
  }

  #encodeKind(
    loaded: LoadedDefinition,
    reader: OptionsReader,
    columns: ViewColumns,
  ): ViewMessage & Pick<EncodedView, 'batchSource'> {
    const project = this.parts.context.projectName;
    const kind = loaded.definition[DEFINITION];
    if (kind === 'label_view') return this.#labelView(loaded, reader, columns);
    const { sources } = this.parts;
    if (kind !== 'on_demand_feature_view') {
      return encodeStoredView(loaded, reader, columns, { project, sources, views: this });
    }
    const named = onDemandSources(loaded, reader, sources, this.selectionRules(ROW_VIEWS));
    const message = encodeOnDemandFeatureView(reader, project, columns, named);
    return { kind, message, batchSource: undefined };
  }

  #labelView(
    loaded: LoadedDefinition,
    reader: OptionsReader,
    columns: ViewColumns,
  ): ViewMessage & Pick<EncodedView, 'batchSource'> {
    if (reader.list('entities').length === 0)
      reader.tell('entities', 'is missing: labels are about entities');
    const value = reader.value('source');
    const tell: Tell = (property, message) => reader.tell(property, message);
    const use = { by: loaded, property: 'source', kinds: LABEL_VIEW_SOURCES };
    const source = value === undefined ? undefined : this.parts.sources.used(value, use, tell);
    const reference = reader.value('referenceFeatureView');
    const found =
      reference === undefined
        ? undefined
        : this.find(reference, ROW_VIEWS, (message) => reader.tell('referenceFeatureView', message));
    const message = encodeLabelView(reader, this.parts.context.projectName, columns, {
      source,
      referenceFeatureView: found?.name ?? '',
    });
    return { kind: 'label_view', message, batchSource: this.parts.sources.batchOf(source) };
  }

  #entities(reader: OptionsReader): readonly EntitySpecV2[] {
    const project = this.parts.context.projectName;
    const encoded = (definition: Definition) => encodeEntity(definition, project, TELL_NOBODY);
    const same = (one: Definition, other: Definition): boolean =>
      sameMessage(EntitySchema, encoded(one), encoded(other));
    const wanted = { kinds: ['entity'], what: 'an entity', same } as const;
    return reader.list('entities').flatMap((value, index) => {
      const tell = (message: string): void => reader.tell(pathTo('entities', index), message);
      const found = exportedReference(value, wanted, this.parts.exported, tell);
      return found === undefined ? [] : (encoded(found.definition).spec ?? []);
    });
  }
}

/** Views whose rows come from elsewhere than a request. */
const ROW_VIEWS: readonly DefinitionKind[] = ['feature_view', 'stream_feature_view'];
