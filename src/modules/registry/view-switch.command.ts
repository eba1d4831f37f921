import { type Command, defineCommand } from '../../command.js';
import { changeOpenRegistry, openRegistry } from './open-registry.js';
import { isEnabled, requireSwitchable, setEnabled } from './view-change.js';

const WHAT = 'cannot be enabled or disabled';

function switchCommand(enabled: boolean): Command {
  const done = enabled ? 'enabled' : 'disabled';
  return defineCommand({
    description: enabled
      ? 'Let a feature view be read and materialized again.'
      : 'Keep a feature view from being read and materialized. Its rows stay.',
    arguments: [{ name: 'NAME', help: 'Name of a feature view, stream feature view or on-demand view' }],
    async run({ arguments: [name = ''], globals }) {
      const open = await openRegistry(globals);
      if (isEnabled(requireSwitchable(open, name, WHAT)) === enabled) {
        console.log(`Feature view ${name} is already ${done}.`);
        return 0;
      }
      await changeOpenRegistry(open, (registry) => {
        const view = requireSwitchable({ registry, project: open.project }, name, WHAT);
        setEnabled(view, enabled, Date.now());
      });
      console.log(`Feature view ${name} is ${done} now.`);
      return 0;
    },
  });
}

export const enableViewCommand = switchCommand(true);
export const disableViewCommand = switchCommand(false);
