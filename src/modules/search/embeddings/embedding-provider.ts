import type { Deadline } from '../../../common/model/deadline.js';

/** Makes vectors of texts, as the model did that made those of the documents. */
export abstract class EmbeddingProvider {
  /**
   * The vector of a text.
   *
   * Errors: InvalidValueError (there is no model, or it does not take the text), UnavailableError (it does not answer, or
   *         `deadline` passed).
   */
  abstract embed(text: string, deadline: Deadline): Promise<readonly number[]>;

  /** Frees what it holds, which for most is nothing. */
  close(): void {
    return;
  }
}
