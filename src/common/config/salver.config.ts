import { registerAs } from '@nestjs/config';
import type { SalverConfig } from './server.config.js';

/** Salver's own settings: `@Inject(salverConfig.KEY) config: ConfigType<typeof salverConfig>`. */
export const salverConfig = registerAs('salver', (): SalverConfig => {
  throw new Error('the settings are loaded before the application starts: import configurationModule()');
});
