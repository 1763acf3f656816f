// SPDX-License-Identifier: GPL-2.0-only
// How the run was made: command, kernels, versions, warnings.

import type { JSX } from 'preact';
import type { ReportData } from '../../report-data.ts';
import { Command } from '../shared/command.tsx';

export function RunFacts({ data }: { data: ReportData }): JSX.Element {
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">How it was run</h2>
      {data.runs.map((run, index) => (
        <div class="run-facts" key={run.name}>
          <Command text={run.command} what="Command of the run" />
          {run.messages.map(({ level, text }) => (
            <p key={text} class={`message ${level}`}>
              {level}: {text}
            </p>
          ))}
          <table class="plain">
            <caption class="visually-hidden">Kernels of the run</caption>
            <thead>
              <tr>
                <th scope="col">Kernel</th>
                <th scope="col">Release</th>
                <th scope="col">Origin</th>
              </tr>
            </thead>
            <tbody>
              {data.columns
                .filter((column) => column.run === index)
                .map((column) => (
                  <tr key={column.kernel}>
                    <td>{column.kernel}</td>
                    <td>{column.release ?? 'not available'}</td>
                    <td>{column.origin ?? ''}</td>
                  </tr>
                ))}
            </tbody>
          </table>
          <details>
            <summary>Environment</summary>
            <dl class="facts">
              {Object.entries(run.environment).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </details>
        </div>
      ))}
    </section>
  );
}
