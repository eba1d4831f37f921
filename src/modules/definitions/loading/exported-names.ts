const VALUE = /^\s*export\s+(?:declare\s+)?(?:async\s+)?(?:const|let|var|class|function\*?)\s+([\w$]+)/gm;
const TYPE = /^\s*export\s+(?:declare\s+)?(?:type|interface)\s+([\w$]+)/gm;
const LIST = /^\s*export\s+(type\s+)?\{([^}]*)\}/gm;

export interface ExportedNames {
  readonly values: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

/** What a source exports by name, as far as its text tells without what `export *` brings. */
export function exportedNames(source: string): ExportedNames {
  const values = new Set(Array.from(source.matchAll(VALUE), ([, name = '']) => name));
  const types = new Set(Array.from(source.matchAll(TYPE), ([, name = '']) => name));
  for (const [, allTypes, list = ''] of source.matchAll(LIST)) {
    for (const member of list.split(',')) {
      const [, type, name] = /^\s*(type\s+)?(?:[\w$]+\s+as\s+)?([\w$]+)\s*$/.exec(member) ?? [];
      if (name !== undefined) (type === undefined && allTypes === undefined ? values : types).add(name);
    }
  }
  return { values, types };
}
