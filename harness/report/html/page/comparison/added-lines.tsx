// SPDX-License-Identifier: GPL-2.0-only
// The lines that a series adds, file by file: which of them were executed, and by which scenarios.

import type { JSX } from 'preact';
import type { Coverage } from '../../../../compare/comparison.ts';

const stateWords = {
  executed: 'executed',
  perhaps: 'perhaps',
  never: 'never executed',
  'no code': '',
} as const satisfies Record<Coverage['lines'][number]['state'], string>;

export function AddedLines({ coverage }: { coverage: Coverage }): JSX.Element {
  const { lines, notes } = coverage;
  const count = (state: Coverage['lines'][number]['state']): number =>
    lines.filter((line) => line.state === state).length;
  const files = [...new Set(lines.map(({ file }) => file))];
  const never = count('never');
  return (
    <section aria-labelledby="added-lines" class="added-lines">
      <h2 id="added-lines">Added lines</h2>
      <p>
        {lines.length - count('no code')} of {lines.length} have code: {count('executed')} executed, {count('perhaps')}{' '}
        perhaps, {never} never.
      </p>
      {notes.map((note) => (
        <p key={note} class="muted">
          {note}
        </p>
      ))}
      {files.map((file) => (
        <details key={file} open={lines.some((line) => line.file === file && line.state === 'never')}>
          <summary>{file}</summary>
          <FileLines file={file} lines={lines.filter((line) => line.file === file)} />
        </details>
      ))}
    </section>
  );
}

function FileLines({ file, lines }: { file: string; lines: Coverage['lines'] }): JSX.Element {
  return (
    <div class="scrolls" tabIndex={0} role="group" aria-label={`Added lines of ${file}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">line</th>
            <th scope="col">source</th>
            <th scope="col">was</th>
            <th scope="col">by</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ line, text, state, scenarios }) => (
            <tr key={line} class={state.replace(' ', '-')}>
              <th scope="row">{line}</th>
              <td>
                <code>{text}</code>
              </td>
              <td>{stateWords[state]}</td>
              <td class="muted">{scenarioWords(scenarios)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The first two by name. */
function scenarioWords(scenarios: readonly string[]): string {
  const more = scenarios.length - 2;
  return `${scenarios.slice(0, 2).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
