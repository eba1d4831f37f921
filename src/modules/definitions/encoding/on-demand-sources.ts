import { DEFINITION, isDefinition } from '../../../definitions/definition.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import type { NamedSource } from './on-demand-feature-view.codec.js';
import type { OptionsReader } from './options-reader.js';
import { pathTo } from './problem-report.js';
import { readSelection, type SelectionRules } from './selection-reader.js';
import type { SourceRegister } from './source-register.js';

/** What an on-demand view is computed from, by the names that its function uses. */
export function onDemandSources(
  loaded: LoadedDefinition,
  reader: OptionsReader,
  register: SourceRegister,
  rules: SelectionRules,
): readonly NamedSource[] {
  const members = Object.entries(reader.object('sources') ?? {});
  if (members.length === 0) {
    reader.tell('sources', 'is missing: name at least one view or request source, such as { stats }');
  }
  return members.flatMap(([key, value]): readonly NamedSource[] => {
    const property = pathTo('sources', key);
    if (isDefinition(value) && value[DEFINITION] === 'data_source') {
      const use = { by: loaded, property, kinds: ['request'] } as const;
      const source = register.used(value, use, (path, message) => reader.tell(path, message));
      return source === undefined ? [] : [{ key, request: source.message }];
    }
    const projection = readSelection(value, rules, (message) => reader.tell(property, message));
    return projection === undefined ? [] : [{ key, projection }];
  });
}
