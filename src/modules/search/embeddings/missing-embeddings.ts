import { InvalidValueError } from '../../../common/errors/errors.js';
import { EmbeddingProvider } from './embedding-provider.js';

/** There is no model that this server could ask: every text is refused, with the reason. */
export class MissingEmbeddings extends EmbeddingProvider {
  constructor(private readonly reason: string) {
    super();
  }

  override embed(): Promise<readonly number[]> {
    return Promise.reject(new InvalidValueError(this.reason));
  }
}
