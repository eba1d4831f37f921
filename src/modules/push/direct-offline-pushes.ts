import { FeatureServerError, InvalidValueError, UnavailableError } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { OfflineRowChecker, OfflineStoreWriter } from '../offline-store/offline-store-writer.js';
import { checkAppends } from './offline-push-check.js';
import { type OfflinePush, OfflinePushes } from './offline-pushes.js';

/** Gives the rows to the offline store at once. */
export class DirectOfflinePushes extends OfflinePushes {
  constructor(
    private readonly checker: OfflineRowChecker,
    private readonly writer: OfflineStoreWriter,
  ) {
    super();
  }

  override check(push: OfflinePush, deadline: Deadline): Promise<void> {
    return checkAppends(this.checker, push, deadline);
  }

  /** Errors, besides those of the port: InvalidValueError (rows that fitted when they were checked do not any more). */
  override async store({ appends }: OfflinePush, deadline: Deadline): Promise<'stored'> {
    const work = Promise.allSettled(appends.map((append) => this.append(append)));
    const results = await deadline.limit(work, tooLate);
    for (const result of results) if (result.status === 'rejected') throw asKnownError(result.reason);
    return 'stored';
  }

  private async append({ source, rows }: OfflinePush['appends'][number]): Promise<void> {
    const [refused] = await this.writer.append(source, [{ id: undefined, rows }]);
    if (refused === undefined) return;
    if (refused.error instanceof InvalidValueError) throw refused.error;
    throw InvalidValueError.at(['body', 'df'], refused.error.message);
  }
}

/** What the file system says is for the caller a store that is down. */
function asKnownError(error: unknown): unknown {
  if (error instanceof FeatureServerError || !(error instanceof Error) || !('syscall' in error)) return error;
  return new UnavailableError(`The offline store cannot be written: ${error.message}`, { cause: error });
}

function tooLate(): UnavailableError {
  return new UnavailableError('The offline store did not answer in time: the rows may be stored or not');
}
