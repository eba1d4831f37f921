import { environment } from '../../common/config/environment.config.js';
import type { ObjectStore } from './object-store.js';
import { S3ObjectStore } from './s3/s3-object-store.js';

/** The store of `s3://`, at an address of its own or where the environment says. Nothing is opened before it is used. */
export function createObjectStore(endpoint: string | undefined): ObjectStore {
  return new S3ObjectStore({ endpoint, environment: environment() });
}
