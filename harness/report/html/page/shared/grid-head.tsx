// SPDX-License-Identifier: GPL-2.0-only
// The head of a table of scenarios: what its columns are, then the scenario's name.

import type { ComponentChildren, JSX } from 'preact';

/** `children`: a columnheader for each column, or one for all. */
export function GridHead({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <div role="row" class="grid-row head" aria-rowindex={1}>
      {children}
      <span role="columnheader">Scenario</span>
    </div>
  );
}
