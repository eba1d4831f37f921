import { NotSupportedError } from '../../common/errors/errors.js';
import { unwritableOfflineStore } from '../offline-store/offline-store-writer-factory.js';
import { OfflinePushes } from './offline-pushes.js';

/** Of a server whose offline store cannot be written. */
export class NoOfflinePushes extends OfflinePushes {
  constructor(private readonly offlineStoreType: string) {
    super();
  }

  override check(): Promise<void> {
    const reason = unwritableOfflineStore(this.offlineStoreType);
    return Promise.reject(new NotSupportedError(`${reason}; push with "to": "online"`));
  }

  override store(): Promise<'stored' | 'queued'> {
    return this.check().then(() => 'stored');
  }
}
