import { defineCommand, UsageError } from '../../command.js';
import { FeatureViewState } from '../../generated/feast/core/FeatureView_pb.js';
import { changeOpenRegistry, openRegistry } from './open-registry.js';
import { requireSwitchable, setState, stateOf, type SwitchableView } from './view-change.js';
import { assertMove, SETTABLE_STATES, type SettableState } from './view-state.js';

const WHAT = 'has no state';

export const setViewStateCommand = defineCommand({
  description:
    'Move a feature view to another state of its life. A view that a crash of Feast left in MATERIALIZING is set to\n' +
    'AVAILABLE_ONLINE, so that Feast servers read it again.',
  arguments: [
    { name: 'NAME', help: 'Name of a feature view, stream feature view or on-demand view' },
    { name: 'STATE', help: SETTABLE_STATES.join(', ') },
  ],
  async run({ arguments: [name = '', stateText = ''], globals }) {
    const state = parseState(stateText);
    const open = await openRegistry(globals);
    if (stateOf(requireSwitchable(open, name, WHAT)) === FeatureViewState[state]) {
      console.log(`Feature view ${name} is already in state ${state}.`);
      return 0;
    }
    const view = (registry: typeof open.registry): SwitchableView => {
      const found = requireSwitchable({ registry, project: open.project }, name, WHAT);
      assertMove(name, stateOf(found), state);
      return found;
    };
    view(open.registry);
    await changeOpenRegistry(open, (registry) => setState(view(registry), state, Date.now()));
    console.log(`Feature view ${name} is in state ${state} now.`);
    return 0;
  },
});

function parseState(text: string): SettableState {
  const state = SETTABLE_STATES.find((candidate) => candidate === text.toUpperCase());
  if (state !== undefined) return state;
  throw new UsageError(`STATE: '${text}' is none of ${SETTABLE_STATES.join(', ')}`);
}
