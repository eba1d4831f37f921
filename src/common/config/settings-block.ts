import { closestName } from './closest-name.js';
import type { ConfigurationProblem } from './configuration-error.js';
import { plainObject, Refusal, type SettingReader } from './setting-readers.js';
import { kindName, type PlainData, type YamlMap, type YamlNode } from './yaml-node.js';

/** Collects what is wrong and what is worth knowing, so that all of it is told at once. */
export class Findings {
  readonly problems: ConfigurationProblem[] = [];
  readonly warnings: ConfigurationProblem[] = [];

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  warn(path: string, message: string): void {
    this.warnings.push({ path, message });
  }
}

const EMPTY: YamlMap = { kind: 'map', entries: new Map(), otherKeys: [] };

/** One object of a file: reads its settings and remembers which keys there are to be known. */
export class SettingsBlock {
  private readonly known = new Set<string>();

  constructor(
    readonly path: string,
    private readonly map: YamlMap,
    readonly findings: Findings,
    /** Stands between the path and a key. */
    private readonly separator = '.',
  ) {}

  /** The block of a value that should be an object; a problem and an empty block otherwise. */
  static of(path: string, node: YamlNode | undefined, findings: Findings, separator = '.'): SettingsBlock {
    if (node === undefined || node.kind === 'map')
      return new SettingsBlock(path, node ?? EMPTY, findings, separator);
    findings.problem(path, `expected an object, found ${kindName(node)}`);
    return new SettingsBlock(path, EMPTY, findings, separator);
  }

  node(key: string): YamlNode | undefined {
    this.known.add(key);
    return this.map.entries.get(key);
  }

  has(key: string): boolean {
    return this.map.entries.has(key);
  }

  /** The setting, or `fallback` when it is not there; a problem and `fallback` when it cannot be taken. */
  read<T, F>(key: string, reader: SettingReader<T>, fallback: F): T | F {
    const node = this.node(key);
    if (node === undefined) return fallback;
    const value = reader(node);
    if (!(value instanceof Refusal)) return value;
    this.findings.problem(this.pathOf(key), value.message);
    return fallback;
  }

  /** A block inside this one; empty when it is not there, or `null`. */
  block(key: string): SettingsBlock {
    const node = this.node(key);
    return SettingsBlock.of(this.pathOf(key), node?.kind === 'null' ? undefined : node, this.findings);
  }

  /** All of it as plain data, for a block that is only handed on. */
  plain(): Readonly<Record<string, PlainData>> {
    this.refuseKeysOtherThanText();
    const value = plainObject(this.map);
    if (!(value instanceof Refusal)) return value;
    this.findings.problem(this.path, value.message);
    return {};
  }

  pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}${this.separator}${key}`;
  }

  /** To be called last: every key that nobody asked for is a problem. */
  refuseUnknownKeys(): void {
    for (const key of this.unknownKeys()) {
      this.findings.problem(this.pathOf(key), `unknown key (${this.knownKeys(key)})`);
    }
  }

  /** To be called last: every key that nobody asked for is a warning. */
  warnOfUnknownKeys(): void {
    for (const key of this.unknownKeys()) {
      this.findings.warn(this.pathOf(key), `unknown key, it has no effect (${this.knownKeys(key)})`);
    }
  }

  /** Keys that YAML does not read as text are refused everywhere. */
  private refuseKeysOtherThanText(): void {
    for (const key of this.map.otherKeys) {
      this.findings.problem(this.pathOf(key), 'YAML does not read this key as text (put it in quotes)');
    }
  }

  private unknownKeys(): string[] {
    this.refuseKeysOtherThanText();
    return [...this.map.entries.keys()].filter(
      (key) => !this.known.has(key) && !this.map.otherKeys.includes(key),
    );
  }

  private knownKeys(key: string): string {
    const meant = closestName(key, this.known);
    const list = `known keys: ${[...this.known].join(', ')}`;
    return meant === undefined ? list : `${list}; did you mean ${meant}?`;
  }
}
