import { type CommandOptions, UsageError } from '../../command.js';

/** `--tags` of every list. */
export const TAG_OPTION = {
  tags: {
    type: 'string',
    multiple: true,
    value: 'KEY:VALUE',
    help: 'Only what has all of these tags; may be repeated, or separated by commas',
  },
} as const satisfies CommandOptions;

/**
 * Shape:  `key:value`, several separated by commas; quotes, and brackets around all, are left out as Feast does. Of
 *         equal keys the last counts.
 * Errors: UsageError for what is no pair: it would be as if nothing was asked for.
 */
export function parseTags(texts: readonly string[]): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const text of texts) {
    const pairs = text
      .trim()
      .replace(/^[()]+|[()]+$|["']/g, '')
      .split(',');
    for (const pair of pairs) {
      if (pair.trim() === '') continue;
      const colon = pair.indexOf(':');
      if (colon < 0) throw new UsageError(`--tags: '${pair.trim()}' is no pair of the form key:value`);
      tags.set(pair.slice(0, colon).trim(), pair.slice(colon + 1).trim());
    }
  }
  return tags;
}

export function hasTags(
  tags: Readonly<Record<string, string>>,
  wanted: ReadonlyMap<string, string>,
): boolean {
  return [...wanted].every(([key, value]) => Object.hasOwn(tags, key) && tags[key] === value);
}
