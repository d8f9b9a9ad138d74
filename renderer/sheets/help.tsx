import type { ReactNode } from 'react';
import { actionIds, actions } from '../keys/actions';
import { Keys } from '../parts/hint';
import { SheetFrame } from '../parts/sheet';

const groups = ['Go', 'Tasks', 'Requests', 'Changes', 'Window'] as const;

/** Every key there is. */
export function Help(): ReactNode {
  return (
    <SheetFrame title="Keys" about="The palette has what can be done where you are, with its key.">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className="sheet-body help" tabIndex={0}>
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {actionIds
                .filter((id) => actions[id].group === group)
                .map((id) => (
                  <div key={id}>
                    <dt>{actions[id].label}</dt>
                    <dd>
                      {actions[id].keys.map((keys) => (
                        <Keys key={keys} keys={keys} />
                      ))}
                    </dd>
                  </div>
                ))}
              {group === 'Requests' && (
                <div>
                  <dt>Choose an option</dt>
                  <dd>
                    <Keys keys="1" /> to <Keys keys="9" />
                  </dd>
                </div>
              )}
            </dl>
          </section>
        ))}
      </div>
    </SheetFrame>
  );
}
