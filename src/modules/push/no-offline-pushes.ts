import { NotSupportedError } from '../../common/errors/errors.js';
import { OfflinePushes } from './offline-pushes.js';

/** Of a server that has nobody to write to the offline store. */
export class NoOfflinePushes extends OfflinePushes {
  override check(): Promise<void> {
    return Promise.reject(
      new NotSupportedError('This server does not write to the offline store: push with "to": "online"'),
    );
  }

  override store(): Promise<'stored' | 'queued'> {
    return this.check().then(() => 'stored');
  }
}
