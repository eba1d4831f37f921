import { dirname } from 'node:path';
import { type CommandCall, type CommandOptions, defineCommand } from './command.js';
import { commandConfiguration, configurationSources } from './command-configuration.js';
import { printDocument } from './command-document.js';
import { DOCUMENT_OUTPUT, printTable } from './command-output.js';
import { listFeatureStore } from './common/config/feature-store-listing.js';
import { readFeatureStoreDocument } from './common/config/feature-store-yaml.js';
import { readSalver, SALVER_FILE, type SettingOrigin } from './common/config/salver-yaml.js';
import { MASK, maskSecrets } from './common/config/secret-mask.js';
import type { PlainData } from './common/config/yaml-node.js';

const OPTIONS = {
  settings: { type: 'boolean', help: "Show Salver's own settings instead, with where each was set" },
  output: { ...DOCUMENT_OUTPUT, help: 'For a person, or for a program: both files (yaml)' },
} as const satisfies CommandOptions;

export const configurationCommand = defineCommand({
  description:
    'Print what feature_store.yaml sets, with variables put in. Passwords, secrets and tokens are not shown.',
  options: OPTIONS,
  run: showConfiguration,
});

function showConfiguration({ options, globals }: CommandCall<typeof OPTIONS>): Promise<number> {
  const { featureStore, warnings } = commandConfiguration(globals, 'show');
  const sources = configurationSources(globals);
  const location = { ...featureStore, reason: '', temporary: false };
  const written = listFeatureStore(readFeatureStoreDocument(location, sources.env));
  const shown = maskSecrets(written) as Readonly<Record<string, PlainData>>;
  const settings = readSalver(dirname(featureStore.yamlPath), sources).settings.map(shortOrigin);
  if (options.settings && options.output !== 'json') {
    const rows = settings.map((row) => ({ ...row, value: String(row.value) }));
    printTable({ columns: ['setting', 'value', 'origin'], rows }, 'table');
    return Promise.resolve(0);
  }
  if (JSON.stringify(shown) !== JSON.stringify(written)) {
    console.error(`Passwords, secrets and tokens are shown as ${MASK}.`);
  }
  if (options.output === 'json') {
    printDocument({ feature_store: shown, salver: settings, warnings }, 'json');
  } else printDocument(shown, 'yaml');
  return Promise.resolve(0);
}

/** Which key of the file it was is known from the setting. */
function shortOrigin({ path, value, origin }: SettingOrigin) {
  return { setting: path, value, origin: origin.startsWith(SALVER_FILE) ? SALVER_FILE : origin };
}
