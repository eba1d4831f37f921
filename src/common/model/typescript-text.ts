/** The first line of a function text that Salver wrote into a registry: the lines behind it are its TypeScript. */
export const TYPESCRIPT_TEXT_MARK = '# Written by Salver. The transformation in TypeScript:';
