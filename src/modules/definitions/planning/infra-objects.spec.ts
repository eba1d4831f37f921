import { expect, it } from 'vitest';
import { applyScenarios } from '../../../../test/support/apply-scenarios.js';
import { RegistryDocument } from '../../registry/registry-document.js';
import { changeProject } from './project-change.js';
import { noteTables } from './infra-objects.js';

const LAYOUT_NAME = ({ project, viewName }: { project: string; viewName: string }) =>
  `${project}_${viewName}`;

const STEPS = applyScenarios().flatMap(({ name, repo, steps }) =>
  steps
    .filter(({ code, command }) => code === 0 && command[0] === 'apply')
    .map((step) => ({ why: `${name}: ${step.title}`, repo, step, versioning: name === 'versioned' })),
);

it.each(STEPS)('the registry notes the tables that Feast notes: $why', ({ repo, step, versioning }) => {
  const { registry } =
    step.before === undefined ? RegistryDocument.empty() : RegistryDocument.decode(step.before);
  const layout = { nameOf: LAYOUT_NAME, sqlitePath: `${repo}/data/online.db` };
  changeProject(registry, step.desired, {
    noPromote: step.command.includes('--no-promote'),
    versioning,
    layout,
  });
  const noted = (infra: typeof registry.infra) =>
    (infra?.infraObjects ?? [])
      .map(({ infraObjectClassType: type, infraObject }) =>
        infraObject.case === 'sqliteTable'
          ? `${type} ${infraObject.value.path} ${infraObject.value.name}`
          : type,
      )
      .toSorted();
  const theirs = RegistryDocument.decode(step.after).registry;
  expect(noted(registry.infra)).toEqual(noted(theirs.infra));
});

it('tables that are noted already, in whatever order, are not written again', () => {
  const { registry } = RegistryDocument.empty();
  const [a, b] = ['a', 'b'].map((name) => ({ path: '/repo/online.db', name })) as [never, never];
  expect(noteTables(registry, [a, b])).toEqual({ changed: true, moved: [] });
  expect(noteTables(registry, [b, a])).toEqual({ changed: false, moved: [] });
});

it('another file is told', () => {
  const { registry } = RegistryDocument.empty();
  noteTables(registry, [{ path: '/old/online.db', name: 'a' }]);
  expect(
    noteTables(registry, [
      { path: '/new/online.db', name: 'a' },
      { path: '/new/online.db', name: 'b' },
    ]),
  ).toEqual({
    changed: true,
    moved: [{ name: 'a', before: '/old/online.db', after: '/new/online.db' }],
  });
});
