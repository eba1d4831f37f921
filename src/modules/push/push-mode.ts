import { InvalidValueError } from '../../common/errors/errors.js';

export const PUSH_MODES = ['online', 'offline', 'online_and_offline'] as const;

/** Where pushed rows go. */
export type PushMode = (typeof PUSH_MODES)[number];

/** Errors: InvalidValueError in the words of Feast. */
export function pushMode(to: string): PushMode {
  const mode = PUSH_MODES.find((known) => known === to);
  if (mode) return mode;
  const known = PUSH_MODES.map((name) => `'${name}'`).join(', ');
  throw new InvalidValueError(
    `${to.slice(0, SHOWN_CHARACTERS)} is not a supported push format. Please specify one of these [${known}].`,
  );
}

const SHOWN_CHARACTERS = 100;
