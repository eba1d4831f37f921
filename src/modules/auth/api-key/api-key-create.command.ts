import { type CommandCall, type CommandOptions, defineCommand, UsageError } from '../../../command.js';
import { printJson } from '../../../command-output.js';
import { ApiKeySettings } from '../../../common/config/auth.config.js';
import { brokenRules } from '../../../common/config/setting-rules.js';
import { apiKeyHash, newApiKey } from './api-key-text.js';

const OPTIONS = {
  roles: { type: 'string', value: 'A,B', help: 'Roles of the caller, separated by commas' },
  groups: { type: 'string', value: 'A,B', help: 'Groups of the caller, separated by commas' },
  output: { type: 'string', choices: ['yaml', 'json'], help: 'For a person, or for a program (yaml)' },
} as const satisfies CommandOptions;

export const createApiKeyCommand = defineCommand({
  description:
    'Make a key that a program sends instead of a token, as x-api-key or as a bearer token.\n' +
    'It is shown this once. Nothing is stored: put what is printed into salver.yaml, which holds only its hash.',
  arguments: [{ name: 'NAME', help: 'Who it is for: the name of the caller' }],
  options: OPTIONS,
  run: createApiKey,
});

function createApiKey({ options, arguments: [name = ''] }: CommandCall<typeof OPTIONS>): Promise<number> {
  const key = newApiKey();
  const settings = Object.assign(new ApiKeySettings(), {
    name,
    hash: apiKeyHash(key),
    roles: namesOf('roles', options.roles),
    groups: namesOf('groups', options.groups),
  });
  const [problem] = brokenRules(settings);
  if (problem)
    throw new UsageError(`${problem.property}: ${Object.values(problem.constraints ?? {}).join(', ')}`);
  if (options.output === 'json') printJson({ key, api_key: settings });
  else {
    console.log(key);
    console.error('\nThis is the key: it is not shown again. For salver.yaml:\n');
    console.log(yamlOf(settings));
  }
  return Promise.resolve(0);
}

function namesOf(option: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new UsageError(`--${option} ${text}: a name is missing between commas`);
  return names;
}

/** Texts in JSON are texts in YAML. */
function yamlOf({ name, hash, roles, groups }: ApiKeySettings): string {
  const lists = Object.entries({ roles, groups }).filter(([, names]) => names.length > 0);
  return [
    'auth:',
    '  api_keys:',
    `    - name: ${JSON.stringify(name)}`,
    `      hash: ${JSON.stringify(hash)}`,
    ...lists.map(
      ([list, names]) => `      ${list}: [${names.map((each) => JSON.stringify(each)).join(', ')}]`,
    ),
  ].join('\n');
}
