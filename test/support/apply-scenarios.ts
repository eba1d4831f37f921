import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { type Registry, RegistrySchema } from '../../src/generated/feast/core/Registry_pb.js';
import type { DesiredRegistry } from '../../src/modules/definitions/desired-registry.js';
import { OBJECT_SECTIONS } from '../../src/modules/definitions/diff/registry-objects.js';

const FOLDER = 'test/fixtures/apply/scenarios';

/** One run of the real `feast apply`, or of another command of it: see test/fixtures/apply. */
export interface ScenarioStep {
  readonly title: string;
  readonly project: string;
  readonly command: readonly string[];
  /** What the repo defined, as Feast encodes it, without the registry's own members. */
  readonly desired: DesiredRegistry;
  /** The registry file; undefined: there was none. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
  readonly stdout: string;
  readonly code: number;
  readonly tables: readonly string[];
  readonly startedMicros: number;
  readonly endedMicros: number;
}

export interface Scenario {
  readonly name: string;
  /** Where the repo was. */
  readonly repo: string;
  readonly steps: readonly ScenarioStep[];
}

type Recorded = Omit<ScenarioStep, 'desired' | 'before' | 'after'> & {
  readonly desired: string;
  readonly after: string;
};

export function applyScenarios(): readonly Scenario[] {
  return readdirSync(FOLDER).map((file) => {
    const { repo, steps } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
      repo: string;
      steps: readonly Recorded[];
    };
    return {
      name: file.replace('.json', ''),
      repo,
      steps: steps.map((step, i) => decodeStep(step, steps[i - 1])),
    };
  });
}

function decodeStep(step: Recorded, previous: Recorded | undefined): ScenarioStep {
  const wanted = fromBinary(RegistrySchema, Buffer.from(step.desired, 'base64'));
  return {
    ...step,
    desired: desiredFrom(wanted, step.project),
    before: previous === undefined ? undefined : Buffer.from(previous.after, 'base64'),
    after: Buffer.from(step.after, 'base64'),
  };
}

/** Feast puts times of its own objects into the messages: an author writes none. */
function desiredFrom(registry: Registry, projectName: string): DesiredRegistry {
  for (const section of OBJECT_SECTIONS) {
    for (const object of section.stored(registry)) withoutMeta(reflect(section.schema, object));
  }
  const [project] = registry.projects;
  if (project === undefined) throw new Error('A repo without a project');
  return { ...registry, projectName, project };
}

function withoutMeta(message: ReflectMessage): void {
  for (const field of message.fields) {
    if (field.name === 'meta') message.clear(field);
    else if (field.message !== undefined && message.isSet(field)) {
      if (field.fieldKind === 'message') withoutMeta(message.get(field));
      if (field.fieldKind === 'list')
        for (const item of message.get(field)) withoutMeta(item as ReflectMessage);
      if (field.fieldKind === 'map')
        for (const [, item] of message.get(field)) withoutMeta(item as ReflectMessage);
    }
  }
}
