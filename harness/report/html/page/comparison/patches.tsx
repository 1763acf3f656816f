// SPDX-License-Identifier: GPL-2.0-only
// A series patch by patch: what each one changed.

import type { JSX } from 'preact';
import { changeWord } from '../../../comparison-words.ts';
import type { ReportData } from '../../report-data.ts';
import { formatRoute, type Route } from '../shared/route.ts';
import { changeTone } from './changes.ts';

export function Patches({
  patches,
  route,
}: {
  patches: NonNullable<ReportData['patches']>;
  route: Route;
}): JSX.Element {
  return (
    <section aria-labelledby="patches">
      <h2 id="patches">Patch by patch</h2>
      <ol class="patches">
        {patches.map(({ number, name, why, warnings, changes }) => (
          <li key={number}>
            <p>
              <strong>{name}</strong>{' '}
              {why === undefined && changes.length === 0 && <span class="muted">changes nothing that is tested</span>}
            </p>
            {why !== undefined && <p class="message error">{why}</p>}
            {warnings.length > 0 && <pre class="lines">{warnings.join('\n')}</pre>}
            {changes.length > 0 && (
              <ul>
                {changes.map((change) => (
                  <li key={change.scenario}>
                    <span class={`badge ${changeTone(change)}`}>{changeWord(change)}</span>{' '}
                    <a href={formatRoute({ ...route, view: 'compare', scenario: change.scenario })}>
                      {change.scenario}
                    </a>{' '}
                    <span class="muted">
                      {change.was} → {change.is}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
