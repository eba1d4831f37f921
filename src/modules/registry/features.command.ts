import { defineCommand } from '../../command.js';
import { DOCUMENT_OUTPUT, printTable, TABLE_OUTPUT } from '../../command-output.js';
import { printDocument } from '../../command-document.js';
import { closestName } from '../../common/config/closest-name.js';
import { NotFoundError } from '../../common/errors/errors.js';
import { describeFeature, featureNames, listFeatures } from './feature-list.js';
import { openRegistry } from './open-registry.js';

export const listFeaturesCommand = defineCommand({
  description: 'List every feature of the feature views, on-demand views and stream views of the project.',
  options: { output: TABLE_OUTPUT },
  async run({ options, globals }) {
    printTable(listFeatures(await openRegistry(globals)), options.output);
    return 0;
  },
});

export const describeFeatureCommand = defineCommand({
  description: 'Show every view that has a feature of this name, with type and source.',
  arguments: [{ name: 'FEATURE_NAME', help: 'Name of the feature, without its view' }],
  options: { output: { ...DOCUMENT_OUTPUT, help: 'For a person, or for a program (json, as Feast)' } },
  async run({ options, arguments: [name = ''], globals }) {
    const open = await openRegistry(globals);
    const found = describeFeature(open, name);
    if (found.length === 0) {
      const meant = closestName(name, featureNames(open));
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      throw new NotFoundError(`Feature ${name} does not exist in any view of project ${open.project}${hint}`);
    }
    printDocument(found, options.output ?? 'json');
    return 0;
  },
});
