import { Document, Scalar, visit } from 'yaml';
import { printJson } from './command-output.js';

/** Prints one thing: YAML as Feast does, unless JSON is asked for. */
export function printDocument(value: unknown, output: string | undefined): void {
  if (output === 'json') printJson(value);
  else process.stdout.write(formatYaml(value));
}

/** Texts that Python reads, and a terminal shows, only when they are escaped. */
// oxlint-disable-next-line no-control-regex -- those are meant
const TO_ESCAPE =
  /[^\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Texts that YAML 1.1 gives a meaning of their own. */
const NAMED = ['=', '<<'];

/** Shape: YAML 1.1, which Python reads too: what it would take for another type is in quotes. */
export function formatYaml(value: unknown): string {
  const document = new Document(value, {
    version: '1.1',
    // `<<` would be written for what it means.
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !tag.tag.endsWith(':merge')),
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== 'string') return;
      if (node.value.search(TO_ESCAPE) >= 0) node.type = Scalar.QUOTE_DOUBLE;
      else if (NAMED.includes(node.value)) node.type = Scalar.QUOTE_SINGLE;
    },
  });
  const text = document.toString({ indentSeq: false, lineWidth: 0, singleQuote: true });
  // They stand in double quotes, where some are still as they were.
  return text.replace(
    TO_ESCAPE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
