import type { CommandEntry, CommandGroup, CommandTable } from './command.js';
import type { RegistryList } from './modules/registry/registry-object.js';

/** `list` and `describe` of one kind of object, and what else there is for that kind. */
function objectGroup(
  list: RegistryList,
  noun: string,
  more: Readonly<Record<string, CommandEntry>> = {},
): CommandGroup {
  return {
    summary: `List and describe ${noun}`,
    commands: {
      list: {
        summary: `List ${noun}`,
        load: async () => (await import('./modules/registry/object-list.command.js')).listCommand(list),
      },
      describe: {
        summary: 'Show all of one by its name',
        load: async () =>
          (await import('./modules/registry/object-describe.command.js')).describeCommand(list),
      },
      ...more,
    },
  };
}

/** Every verb, imported when it is used: start-up stays short. */
export const COMMANDS: CommandTable = {
  init: {
    summary: 'Make a new feature repository',
    load: async () => (await import('./modules/definitions/init.command.js')).initCommand,
  },
  plan: {
    summary: 'Show what apply would change',
    load: async () => (await import('./modules/definitions/plan.command.js')).planCommand,
  },
  apply: {
    summary: 'Write the definitions into the registry and the online store',
    load: async () => (await import('./modules/definitions/apply.command.js')).applyCommand,
  },
  teardown: {
    summary: 'Remove the project from the registry and the online store',
    load: async () => (await import('./modules/definitions/teardown.command.js')).teardownCommand,
  },
  serve: {
    summary: 'Serve features over HTTP',
    load: async () => (await import('./processes/serve.command.js')).serveCommand,
  },
  materialize: {
    summary: 'Load a range of time into the online store',
    load: async () => (await import('./processes/materialize.command.js')).materializeCommand,
  },
  'materialize-incremental': {
    summary: 'Load into the online store what is new',
    load: async () =>
      (await import('./processes/materialize-incremental.command.js')).materializeIncrementalCommand,
  },
  'get-online-features': {
    summary: 'Read feature values from the online store',
    load: async () =>
      (await import('./modules/serving/get-online-features.command.js')).getOnlineFeaturesCommand,
  },
  journal: {
    summary: 'Look after offline pushes that are not in the offline store yet',
    commands: {
      status: {
        summary: 'Show what waits',
        load: async () => (await import('./modules/journal/journal-status.command.js')).journalStatusCommand,
      },
      replay: {
        summary: 'Bring what waits into the offline store, when no server runs',
        load: async () => (await import('./modules/journal/journal-replay.command.js')).journalReplayCommand,
      },
      'dead-letters': {
        summary: 'List, show, queue again or remove what the offline store does not take',
        load: async () => (await import('./modules/journal/dead-letters.command.js')).deadLettersCommand,
      },
    },
  },
  'api-key': {
    summary: 'Make keys for programs',
    commands: {
      create: {
        summary: 'Make a key that a program sends instead of a token',
        load: async () =>
          (await import('./modules/auth/api-key/api-key-create.command.js')).createApiKeyCommand,
      },
    },
  },
  configuration: {
    summary: 'Print what feature_store.yaml sets',
    load: async () => (await import('./configuration.command.js')).configurationCommand,
  },
  'registry-dump': {
    summary: 'Print the project of the registry as JSON',
    load: async () => (await import('./modules/registry/registry-dump.command.js')).registryDumpCommand,
  },
  delete: {
    summary: 'Take an object out of the registry',
    load: async () => (await import('./modules/definitions/object-delete.command.js')).deleteCommand,
  },
  entities: objectGroup('entities', 'entities'),
  'data-sources': objectGroup('dataSources', 'data sources'),
  'feature-views': objectGroup('featureViews', 'feature views', {
    enable: {
      summary: 'Let a view be read and materialized again',
      load: async () => (await import('./modules/registry/view-switch.command.js')).enableViewCommand,
    },
    disable: {
      summary: 'Keep a view from being read and materialized',
      load: async () => (await import('./modules/registry/view-switch.command.js')).disableViewCommand,
    },
    'set-state': {
      summary: 'Move a view to another state',
      load: async () => (await import('./modules/registry/view-set-state.command.js')).setViewStateCommand,
    },
    'list-versions': {
      summary: 'List the versions of a view',
      load: async () => (await import('./modules/registry/view-versions.command.js')).listVersionsCommand,
    },
  }),
  'on-demand-feature-views': objectGroup('onDemandFeatureViews', 'on-demand feature views'),
  'stream-feature-views': objectGroup('streamFeatureViews', 'stream feature views'),
  'label-views': objectGroup('labelViews', 'label views'),
  features: {
    summary: 'List and describe features',
    commands: {
      list: {
        summary: 'List features',
        load: async () => (await import('./modules/registry/features.command.js')).listFeaturesCommand,
      },
      describe: {
        summary: 'Show a feature in every view that has it',
        load: async () => (await import('./modules/registry/features.command.js')).describeFeatureCommand,
      },
    },
  },
  'feature-services': objectGroup('featureServices', 'feature services'),
  'saved-datasets': objectGroup('savedDatasets', 'saved datasets'),
  'validation-references': objectGroup('validationReferences', 'validation references'),
  permissions: objectGroup('permissions', 'permissions', {
    list: {
      summary: 'List permissions',
      load: async () => (await import('./modules/auth/permissions-list.command.js')).listPermissionsCommand,
    },
    check: {
      summary: 'Look for mistakes in permissions',
      load: async () => (await import('./modules/auth/permissions-check.command.js')).checkPermissionsCommand,
    },
    'list-roles': {
      summary: 'List the roles that permissions name',
      load: async () => (await import('./modules/auth/permissions-roles.command.js')).listRolesCommand,
    },
    explain: {
      summary: 'Say whether a caller may do something, and why',
      load: async () =>
        (await import('./modules/auth/permissions-explain.command.js')).explainPermissionCommand,
    },
  }),
  projects: objectGroup('projects', 'projects', {
    current_project: {
      summary: 'Show the project of feature_store.yaml',
      load: async () => (await import('./modules/registry/object-describe.command.js')).currentProjectCommand,
    },
    delete: {
      summary: 'Take a project out of the registry',
      load: async () => (await import('./modules/registry/project-delete.command.js')).deleteProjectCommand,
    },
  }),
  version: {
    summary: 'Print the version',
    load: async () => (await import('./version.command.js')).versionCommand,
  },
};
