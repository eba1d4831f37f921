/** Options that `plan` and `apply` have in common. */
export const PLAN_OPTIONS = {
  'skip-source-validation': { type: 'boolean', help: 'Do not look into the files of data sources' },
  'skip-feature-view-validation': {
    type: 'boolean',
    help: 'Do not compare views with the columns of their files',
  },
  'no-type-check': { type: 'boolean', help: 'Do not run the TypeScript compiler over the definitions' },
  output: { type: 'string', choices: ['text', 'json'], help: 'For a person, or for a program (text)' },
} as const;
