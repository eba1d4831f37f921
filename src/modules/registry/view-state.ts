import { InvalidRequestError } from '../../common/errors/errors.js';
import { FeatureViewState } from '../../generated/feast/core/FeatureView_pb.js';

type State = keyof typeof FeatureViewState;

/** Source: spec/materialize.md part 5. */
const MOVES: Readonly<Record<State, readonly State[]>> = {
  STATE_UNSPECIFIED: ['CREATED'],
  CREATED: ['GENERATED'],
  GENERATED: ['MATERIALIZING'],
  MATERIALIZING: ['AVAILABLE_ONLINE', 'GENERATED'],
  AVAILABLE_ONLINE: ['MATERIALIZING'],
};

/** The states that a person can set. */
export const SETTABLE_STATES = ['CREATED', 'GENERATED', 'MATERIALIZING', 'AVAILABLE_ONLINE'] as const;

export type SettableState = (typeof SETTABLE_STATES)[number];

/** Errors: InvalidRequestError that says which moves there are. */
export function assertMove(viewName: string, from: FeatureViewState, to: SettableState): void {
  // A state of a newer Feast leads nowhere that this version knows.
  const name = (FeatureViewState[from] ?? String(from)) as State;
  const moves = MOVES[name] ?? [];
  if (moves.includes(to)) return;
  const possible = moves.length === 0 ? 'there is no way on' : `it can become ${moves.join(' or ')}`;
  throw new InvalidRequestError(
    `Feature view ${viewName} is in state ${name} and cannot become ${to}: from there ${possible}`,
  );
}
