// SPDX-License-Identifier: GPL-2.0-only
// What the kernel did otherwise: expected against seen.

import type { JSX } from 'preact';
import type { CellDetail } from '../../report-data.ts';
import { formatRoute, type Route } from '../shared/route.ts';

export function Deviations({
  detail,
  route,
  known,
}: {
  detail: CellDetail;
  route: Route;
  known: boolean;
}): JSX.Element | null {
  const { deviations } = detail;
  if (deviations.length === 0) return null;
  return (
    <section aria-labelledby="deviations">
      <h2 id="deviations">What deviates</h2>
      <ul class={`deviations ${known ? 'known' : ''}`}>
        {deviations.map(({ kind, title, step, stepIndex, wanted, seen, function: name, elsewhere }, index) => (
          <li key={index}>
            <p>
              <strong class="kind">{kind}</strong>{' '}
              {stepIndex !== undefined && (
                <a href={formatRoute({ ...route, step: String(stepIndex + 1), line: '' })}>
                  step {stepIndex + 1}, {step}
                </a>
              )}{' '}
              {(wanted === undefined || seen === undefined) && <span class="text">{title}</span>}
              {name !== undefined && !title.includes(name) && (
                <>
                  {' '}
                  in <code>{name}</code>
                </>
              )}
            </p>
            {elsewhere !== undefined && <p>{elsewhere}</p>}
            {wanted !== undefined && <Against wanted={wanted} seen={seen ?? ''} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Against({ wanted, seen }: { wanted: string; seen: string }): JSX.Element {
  return (
    <dl class="against">
      <div>
        <dt>expected</dt>
        <dd>{wanted}</dd>
      </div>
      <div>
        <dt>seen</dt>
        <dd>{seen}</dd>
      </div>
    </dl>
  );
}
