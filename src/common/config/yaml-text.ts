import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Pair,
  type ParsedNode,
  Scalar,
} from 'yaml';
import { ConfigurationError } from './configuration-error.js';
import type { YamlMap, YamlNode } from './yaml-node.js';
import { readPlainScalar, readTaggedScalar, YamlScalarError } from './yaml-scalar.js';

const CORE_TAG = 'tag:yaml.org,2002:';
const MERGE_KEY = '<<';
const UNPRINTABLE = /[^\t\n\r\x20-\x7E\x85\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * Reads one YAML document as PyYAML's safe loader does: YAML 1.1, the last of equal keys wins, merge keys.
 *
 * Shape:   `undefined` for a text without a document.
 * Errors:  ConfigurationError with file, line and column.
 */
export function parseYaml(text: string, file: string): YamlNode | undefined {
  const lines = new LineCounter();
  try {
    const unprintable = UNPRINTABLE.exec(text);
    if (unprintable) {
      const line = text.slice(0, unprintable.index).split('\n').length;
      throw new Error(`line ${line} holds a control character`);
    }
    const document = parseDocument(text, {
      version: '1.1',
      schema: 'failsafe',
      strict: false,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
    const broken = document.errors[0];
    if (broken) throw new PositionedError(syntaxMessage(broken.code, broken.message), broken.pos[0]);
    return document.contents === null ? undefined : new YamlReader().read(document.contents);
  } catch (error) {
    throw ConfigurationError.of(file, positioned(error, lines));
  }
}

class PositionedError extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

function syntaxMessage(code: string, message: string): string {
  return code === 'MULTIPLE_DOCS' ? 'it holds more than one document' : message;
}

function positioned(error: unknown, lines: LineCounter): string {
  if (error instanceof PositionedError) {
    const { line, col } = lines.linePos(error.offset);
    return `not valid YAML at line ${Math.max(line, 1)}, column ${Math.max(col, 1)}: ${error.message}`;
  }
  if (error instanceof RangeError) return 'not valid YAML: it is nested too deeply';
  return `not valid YAML: ${error instanceof Error ? error.message : String(error)}`;
}

/** Turns the syntax tree into nodes with kinds. Anchors are known from where they stand on. */
class YamlReader {
  private readonly anchors = new Map<string, YamlNode>();

  read(node: ParsedNode | null): YamlNode {
    if (node === null) return { kind: 'null' };
    if (isAlias(node)) return this.resolve(node);
    const value = this.convert(node);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, value);
    return value;
  }

  private resolve(alias: Alias.Parsed): YamlNode {
    const value = this.anchors.get(alias.source);
    if (value) return value;
    throw new PositionedError(`no anchor ${alias.source} stands before this alias`, alias.range[0]);
  }

  private convert(node: Exclude<ParsedNode, Alias.Parsed>): YamlNode {
    if (isScalar(node)) return this.scalar(node);
    const expected = isMap(node) ? ['map', 'set'] : ['seq', 'omap', 'pairs'];
    const tag = explicitTag(node.tag);
    if (tag !== undefined && !expected.some((name) => tag === CORE_TAG + name)) {
      throw new PositionedError(`the tag ${tag} is not known here`, node.range[0]);
    }
    if (isMap(node)) return this.map(node.items);
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => this.item(item)) };
    throw new PositionedError('this cannot be read', 0);
  }

  private item(item: ParsedNode | Pair<ParsedNode, ParsedNode | null> | null): YamlNode {
    return item !== null && 'key' in item ? this.map([item]) : this.read(item);
  }

  private scalar(node: Scalar.Parsed): YamlNode {
    const text = typeof node.value === 'string' ? node.value : '';
    const tag = explicitTag(node.tag);
    try {
      if (tag !== undefined) return readTaggedScalar(tag, text);
      return isPlain(node) ? readPlainScalar(text) : { kind: 'text', value: text };
    } catch (error) {
      if (error instanceof YamlScalarError) throw new PositionedError(error.message, node.range[0]);
      throw error;
    }
  }

  private map(pairs: readonly Pair<ParsedNode, ParsedNode | null>[]): YamlMap {
    const merged = new Map<string, YamlNode>();
    const entries = new Map<string, YamlNode>();
    const otherKeys = new Set<string>();
    for (const { key, value } of pairs) {
      if (isScalar(key) && isPlain(key) && key.source === MERGE_KEY) {
        for (const source of this.mergeSources(value)) {
          for (const [name, inherited] of source.entries) merged.set(name, inherited);
          for (const name of source.otherKeys) otherKeys.add(name);
        }
        continue;
      }
      const name = this.key(key);
      if (!name.isText) otherKeys.add(name.text);
      entries.set(name.text, this.read(value));
    }
    if (merged.size === 0) return { kind: 'map', entries, otherKeys: [...otherKeys] };
    return { kind: 'map', entries: new Map([...merged, ...entries]), otherKeys: [...otherKeys] };
  }

  /** What `<<` brings in, the weakest first. */
  private mergeSources(value: ParsedNode | null): YamlMap[] {
    const source = this.read(value);
    const sources = source.kind === 'list' ? source.items.toReversed() : [source];
    return sources.map((item) => {
      if (item.kind === 'map') return item;
      throw new PositionedError('only an object, or a list of objects, can be merged', value?.range[0] ?? 0);
    });
  }

  private key(node: ParsedNode | null): { text: string; isText: boolean } {
    if (node !== null && isScalar(node) && isPlain(node) && node.source === '=')
      return { text: '=', isText: true };
    const key = this.read(node);
    if (key.kind === 'list' || key.kind === 'map') {
      throw new PositionedError('a key must be a single value', node?.range[0] ?? 0);
    }
    if (key.kind === 'null') return { text: 'null', isText: false };
    return { text: String(key.value), isText: key.kind === 'text' };
  }
}

function isPlain(node: Scalar.Parsed): boolean {
  return explicitTag(node.tag) === undefined && (node.type === undefined || node.type === Scalar.PLAIN);
}

function explicitTag(tag: string | undefined): string | undefined {
  return tag === undefined || tag === '!' ? undefined : tag;
}
