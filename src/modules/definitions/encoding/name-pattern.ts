/** What Python's regular expressions have and JavaScript's have not: such a pattern is left to its reader. */
const PYTHON_ONLY = /\(\?[#>(]|[*+?}]\+|\(\?P[=>]|\(\?[aiLmsux-]+[:)]/;

/** Why a pattern is no regular expression of Python, undefined when it is, or when only Python can tell. */
export function patternRefusal(pattern: string): string | undefined {
  if (PYTHON_ONLY.test(pattern)) return undefined;
  try {
    RegExp(pattern.replaceAll('(?P<', '(?<').replaceAll('\\A', '^').replaceAll('\\Z', '$'));
    return undefined;
  } catch (error) {
    return `is not a regular expression: ${(error as Error).message}`;
  }
}
