/** Names and values of one's own, kept with a definition. */
export type Tags = Readonly<Record<string, string>>;

/** What every definition may say about itself. */
export interface Descriptive {
  /** For people. */
  readonly description?: string | undefined;
  readonly tags?: Tags | undefined;
  /** Who looks after it, usually an e-mail address. */
  readonly owner?: string | undefined;
}
