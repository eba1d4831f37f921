import { equals } from '@bufbuild/protobuf';
import { DEFINITION, isDefinition, type Definition } from '../../../definitions/definition.js';
import { DataSourceSchema, type DataSource } from '../../../generated/feast/core/DataSource_pb.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import {
  encodeSource,
  sourceKindOf,
  withClass,
  type EncodedSource,
  type SourceKind,
} from './data-source.codec.js';
import { optionsOf } from './definition-options.js';
import { placeOf } from './exported-definitions.js';
import type { ProblemReport, Tell } from './problem-report.js';
import { kindOfValue } from './value-kind.js';

interface Registered {
  readonly encoded: EncodedSource;
  readonly place: string;
}

/** Every source of a repo: those that are exported, and those that views and other sources use. */
export class SourceRegister {
  readonly #encoded = new Map<Definition, EncodedSource>();
  readonly #byName = new Map<string, Registered>();

  constructor(
    private readonly project: string,
    private readonly report: ProblemReport,
  ) {}

  addExported(loaded: LoadedDefinition): void {
    const kind = sourceKindOf(loaded.definition);
    if (kind !== undefined) this.#add(loaded.definition, kind, loaded, this.report.tellOf(loaded));
  }

  /**
   * A source that something else uses: undefined, with a problem told, when it is none of the `kinds`. What is wrong
   * with a source that is not exported is told where it is used first.
   */
  used(
    value: unknown,
    use: { readonly by: LoadedDefinition; readonly property: string; readonly kinds: readonly SourceKind[] },
    tell: Tell,
  ): EncodedSource | undefined {
    const kind = isDefinition(value) && value[DEFINITION] === 'data_source' ? sourceKindOf(value) : undefined;
    if (kind === undefined || !use.kinds.includes(kind)) {
      const wanted = use.kinds.map((one) => `${one}Source`).join(', ');
      const made = kind === undefined ? '' : `, made by ${kind}Source`;
      tell(use.property, `must be made by one of ${wanted}, is ${kindOfValue(value)}${made}`);
      return undefined;
    }
    return this.#add(value as Definition, kind, use.by, (property, message) =>
      tell([use.property, property].filter(Boolean).join('.'), message),
    );
  }

  /** The files behind a source: those of a push source or a stream are in its batch source. */
  batchOf(source: EncodedSource | undefined): EncodedSource | undefined {
    if (source === undefined || source.kind === 'file') return source;
    const options = optionsOf(source.definition) as { readonly batchSource?: unknown };
    return this.#encoded.get(options.batchSource as Definition);
  }

  /** What the registry is to hold, in the order in which sources were met. */
  messages(): readonly DataSource[] {
    return [...this.#byName.values()].map(({ encoded }) => {
      const message = withClass(encoded);
      message.project = this.project;
      return message;
    });
  }

  #add(definition: Definition, kind: SourceKind, by: LoadedDefinition, tell: Tell): EncodedSource {
    const known = this.#encoded.get(definition);
    if (known !== undefined) return known;
    const batchSource = this.#batchSourceOf(definition, kind, by, tell);
    const encoded = { definition, kind, message: encodeSource(definition, kind, tell, batchSource) };
    this.#encoded.set(definition, encoded);
    this.#name(encoded, placeOf(by), tell);
    return encoded;
  }

  #batchSourceOf(
    definition: Definition,
    kind: SourceKind,
    by: LoadedDefinition,
    tell: Tell,
  ): EncodedSource | undefined {
    const options = optionsOf(definition);
    if (kind === 'file' || kind === 'request' || typeof options !== 'object' || options === null)
      return undefined;
    const { batchSource } = options as { readonly batchSource?: unknown };
    return this.used(batchSource, { by, property: 'batchSource', kinds: ['file'] }, tell);
  }

  #name(encoded: EncodedSource, place: string, tell: Tell): void {
    const { name } = encoded.message;
    if (name === '') return;
    const key = name.toLowerCase();
    const other = this.#byName.get(key);
    if (other === undefined) this.#byName.set(key, { encoded, place });
    else if (!equals(DataSourceSchema, other.encoded.message, encoded.message)) {
      tell(
        'name',
        `'${name}' is the name of another source already (${other.place}): give one of them another name, or use one source for both`,
      );
    }
  }
}
