import { brokenRules } from './setting-rules.js';
import type { Findings } from './settings-block.js';
import { SettingsBlock } from './settings-block.js';
import { Refusal, type SettingReader, text } from './setting-readers.js';
import { snakeCase } from './snake-case.js';
import { kindName, type YamlNode } from './yaml-node.js';

/**
 * A list of objects in `salver.yaml`.
 *
 * Shape:   the properties of `Item` by their names in snake case; texts and lists of texts, as their defaults are.
 *          Items that are wrong are left out, and told in `findings` with their place: `auth.api_keys[0].hash`.
 */
export function readSettingList<T extends object>(
  path: string,
  node: YamlNode,
  Item: new () => T,
  findings: Findings,
): readonly T[] {
  if (node.kind === 'null') return [];
  if (node.kind !== 'list') {
    findings.problem(path, `expected a list, found ${kindName(node)}`);
    return [];
  }
  return node.items.flatMap((item, at) => {
    const problemsBefore = findings.problems.length;
    const value = readItem(`${path}[${at}]`, item, Item, findings);
    return findings.problems.length === problemsBefore ? [value] : [];
  });
}

function readItem<T extends object>(path: string, node: YamlNode, Item: new () => T, findings: Findings): T {
  const block = SettingsBlock.of(path, node, findings);
  const item = new Item();
  const refused = new Set<string>();
  for (const [property, fallback] of Object.entries(item) as [string, unknown][]) {
    const key = block.pathOf(snakeCase(property));
    const problemsBefore = findings.problems.length;
    const reader: SettingReader<unknown> = Array.isArray(fallback) ? textList : text;
    const value = block.read(snakeCase(property), reader, fallback);
    Object.assign(item, { [property]: value });
    if (findings.problems.length > problemsBefore) refused.add(key);
  }
  block.refuseUnknownKeys();
  if (node.kind !== 'map') return item;
  for (const { property, constraints = {} } of brokenRules(item)) {
    const key = block.pathOf(snakeCase(property));
    const message = Object.values(constraints).join(', ').replaceAll(`${property} `, '');
    if (!refused.has(key)) findings.problem(key, message);
  }
  return item;
}

const textList: SettingReader<readonly string[]> = (node) => {
  if (node.kind !== 'list') return new Refusal(`expected a list, found ${kindName(node)}`);
  const texts: string[] = [];
  for (const item of node.items) {
    const value = text(item);
    if (value instanceof Refusal) return value;
    texts.push(value);
  }
  return texts;
};
