import { create } from '@bufbuild/protobuf';
import { ProjectSchema, type Project } from '../../../generated/feast/core/Project_pb.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { optionsOf } from './definition-options.js';
import type { EncodingContext } from './encoding-context.js';
import { descriptive } from './entity.codec.js';
import { placeOf } from './exported-definitions.js';
import { OptionsReader } from './options-reader.js';
import type { ProblemReport } from './problem-report.js';

/** Shape: the project as the repo defines it, else as `feature_store.yaml` does. */
export function encodeProject(
  defined: readonly LoadedDefinition[],
  context: EncodingContext,
  report: ProblemReport,
): Project {
  const [first, ...others] = defined;
  if (first === undefined) {
    const spec = { name: context.projectName, description: context.projectDescription };
    return create(ProjectSchema, { spec });
  }
  for (const other of others) {
    report.tellOf(other)(
      undefined,
      `a repo has one project, and this one is defined already (${placeOf(first)}): remove one`,
    );
  }
  const reader = new OptionsReader(optionsOf(first.definition), report.tellOf(first));
  const name = reader.requiredText('name');
  if (name !== '' && name !== context.projectName) {
    reader.tell(
      'name',
      `is '${name}', but feature_store.yaml names the project '${context.projectName}': make them the same`,
    );
  }
  const spec = { ...descriptive(reader), name: context.projectName };
  reader.finish();
  return create(ProjectSchema, { spec });
}
