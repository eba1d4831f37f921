import { registerAs } from '@nestjs/config';
import type { FeatureStoreConfig } from './feature-store.js';

/** `feature_store.yaml`: `@Inject(featureStoreConfig.KEY) config: ConfigType<typeof featureStoreConfig>`. */
export const featureStoreConfig = registerAs('featureStore', (): FeatureStoreConfig => {
  throw new Error('the file is loaded before the application starts: import configurationModule()');
});
