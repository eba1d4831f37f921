import { relative, resolve } from 'node:path';
import { defineCommand, UsageError } from '../../command.js';
import { InvalidRequestError } from '../../common/errors/errors.js';
import { refreshEditorSupport } from './editor-support.js';
import { initTarget } from './init/init-target.js';
import { TEMPLATE_NAMES, type TemplateName, writeTemplateFiles } from './init/template.js';
import { writeTemplateData } from './init/template-data.js';

/** Templates whose package.json names packages. */
const WITH_PACKAGES: readonly TemplateName[] = ['onnx'];

export const initCommand = defineCommand({
  description: [
    'Make a new feature repository: definitions in TypeScript, configuration, and data to try them with.',
    'The name of the directory becomes the name of the project. Nothing that exists is overwritten.',
  ].join('\n'),
  arguments: [
    {
      name: 'DIRECTORY',
      help: 'The folder to make (the current directory, when it is empty)',
      optional: true,
    },
  ],
  options: {
    template: {
      type: 'string',
      short: 't',
      value: 'NAME',
      help: 'drivers: two entities, services, pushes; minimal: one view; onnx: a model in an on-demand view (drivers)',
    },
    minimal: { type: 'boolean', short: 'm', help: 'The same as --template minimal' },
    'repo-path': {
      type: 'string',
      value: 'PATH',
      help: 'Where to make it, when DIRECTORY only names the project',
    },
  },
  async run({ options, arguments: [name], globals }) {
    const template = templateOf(options.template, options.minimal);
    const currentDirectory = resolve(globals.chdir ?? '.');
    const { directory, projectName } = initTarget(name, options['repo-path'], currentDirectory);
    const files = await writeRepo(template, directory, projectName);
    const warning = refreshEditorSupport(directory);
    if (warning !== undefined) console.error(warning);
    console.log(summary(template, directory, projectName, files));
    return 0;
  },
});

/** Errors: InvalidRequestError when the folder cannot be written. */
async function writeRepo(
  template: TemplateName,
  directory: string,
  projectName: string,
): Promise<readonly string[]> {
  try {
    // The longer part first.
    const data = await writeTemplateData(template, directory, new Date());
    return [...writeTemplateFiles(template, directory, projectName), ...data];
  } catch (cause) {
    throw new InvalidRequestError(`${directory} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/** Errors: UsageError. */
function templateOf(given: string | undefined, minimal: boolean): TemplateName {
  const name = given ?? (minimal ? 'minimal' : 'drivers');
  if (minimal && name !== 'minimal')
    throw new UsageError(`--minimal and --template ${name} contradict each other`);
  const known = TEMPLATE_NAMES.find((template) => template === name);
  if (known === undefined)
    throw new UsageError(`there is no template '${name}': choose ${TEMPLATE_NAMES.join(', ')}`);
  return known;
}

function summary(
  template: TemplateName,
  directory: string,
  projectName: string,
  files: readonly string[],
): string {
  const place = relative(process.cwd(), directory) || '.';
  const steps = [
    ...(place === '.' ? [] : [`cd ${place}`]),
    ...(WITH_PACKAGES.includes(template) ? ['npm install'] : []),
    'salver apply',
    'salver materialize-incremental "$(date -u +%Y-%m-%dT%H:%M:%S)"',
    'salver serve',
  ];
  return [
    `Made the project ${projectName} in ${directory}:`,
    ...files.map((file) => `  ${file}`),
    '',
    'To serve it:',
    ...steps.map((step) => `  ${step}`),
  ].join('\n');
}
