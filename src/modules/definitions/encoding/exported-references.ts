import { equals, type DescMessage, type Message } from '@bufbuild/protobuf';
import {
  DEFINITION,
  isDefinition,
  type Definition,
  type DefinitionKind,
} from '../../../definitions/definition.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { placeOf, type ExportedDefinitions } from './exported-definitions.js';
import { kindOfDefinition, kindOfValue } from './value-kind.js';

/** What a property must hold. */
export interface WantedDefinition {
  readonly kinds: readonly DefinitionKind[];
  /** `an entity` */
  readonly what: string;
  /** Whether two definitions of one name say the same. */
  readonly same: (one: Definition, other: Definition) => boolean;
}

/** The definition as it is exported; undefined, with a problem told, when it is another kind of thing or is not exported. */
export function exportedReference(
  value: unknown,
  wanted: WantedDefinition,
  exported: ExportedDefinitions,
  tell: (message: string) => void,
): LoadedDefinition | undefined {
  if (!isDefinition(value) || !wanted.kinds.includes(value[DEFINITION])) {
    tell(`must be ${wanted.what}, is ${kindOfValue(value)}${nameHint(value)}`);
    return undefined;
  }
  if (value.name === '') return undefined;
  const found = exported.namedLike(value);
  if (found === undefined) {
    tell(
      `'${value.name}' is ${kindOfDefinition(value)} that is not exported: write 'export const' before it, in a file of the repo`,
    );
  } else if (found.definition === value || wanted.same(found.definition, value)) {
    return found;
  } else {
    tell(`is not the '${value.name}' that is exported (${placeOf(found)}): import that one`);
  }
  return undefined;
}

export function sameMessage<Desc extends DescMessage>(
  schema: Desc,
  one: Message | undefined,
  other: Message | undefined,
): boolean {
  return one !== undefined && other !== undefined && equals(schema, one as never, other as never);
}

function nameHint(value: unknown): string {
  return typeof value === 'string' ? ': write the definition itself, without quotes' : '';
}
