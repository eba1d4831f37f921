/** What is needed of the class `Tokenizer` of `@huggingface/tokenizers`. */
export interface TextTokenizer {
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean; readonly return_token_type_ids: true },
  ): { readonly ids: readonly number[]; readonly token_type_ids?: readonly number[] };
}

/** The tokens of a text as a model takes them. */
export interface TokenSequence {
  readonly ids: readonly number[];
  /** Of which part of the input a token is; of one text all are 0, but for few tokenizers. */
  readonly types: readonly number[];
}

/** Longer than any token: what is behind so many characters cannot be among the tokens that count. */
const CHARACTERS_PER_TOKEN = 64;

/**
 * The first `maxTokens` tokens of a text. Those that the tokenizer adds, as `[CLS]` and `[SEP]`, stay where they are, and count.
 */
export function tokenSequence(tokenizer: TextTokenizer, text: string, maxTokens: number): TokenSequence {
  const counted = text.slice(0, CHARACTERS_PER_TOKEN * maxTokens).toWellFormed();
  const whole = tokensOf(tokenizer, counted, true);
  const over = whole.ids.length - maxTokens;
  if (over <= 0) return whole;
  const own = tokensOf(tokenizer, counted, false).ids;
  const before = Math.max(0, indexOfRun(whole.ids, own));
  const from = Math.max(before, before + own.length - over);
  const without = (list: readonly number[]): number[] => list.toSpliced(from, over);
  return { ids: without(whole.ids), types: without(whole.types) };
}

function tokensOf(tokenizer: TextTokenizer, text: string, withAdded: boolean): TokenSequence {
  const { ids, token_type_ids: types } = tokenizer.encode(text, {
    add_special_tokens: withAdded,
    return_token_type_ids: true,
  });
  return { ids, types: types ?? ids.map(() => 0) };
}

/** Where `run` begins in `list`; -1 when it is not in it. */
function indexOfRun(list: readonly number[], run: readonly number[]): number {
  for (let at = 0; at <= list.length - run.length; at++) {
    if (run.every((id, offset) => list[at + offset] === id)) return at;
  }
  return -1;
}
