// SPDX-License-Identifier: GPL-2.0-only
// Reports of crashes and hangs, open at the function that they are blamed on.

import type { JSX } from 'preact';
import type { CellDetail, CellEvidence } from '../../report-data.ts';
import { formatRoute, type Route } from '../shared/route.ts';
import { count } from '../shared/words.ts';

export function Evidence({ detail, route }: { detail: CellDetail; route: Route }): JSX.Element {
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">Reports</h2>
      {detail.evidence.map((one, index) => (
        <Report key={index} evidence={one} line={lineInLog(detail, one)} route={route} />
      ))}
    </section>
  );
}

interface ReportProps {
  evidence: CellEvidence;
  /** Its line in the kernel log. */
  line: number | undefined;
  route: Route;
}

function Report({ evidence, line, route }: ReportProps): JSX.Element {
  const { title, file, parts, function: name } = evidence;
  return (
    <figure class="kernel-report">
      <figcaption>
        <strong class="report-title">{title}</strong>
        <span class="muted">
          {file}
          {name === undefined ? '' : `, blamed on ${name}`}
        </span>
        {line !== undefined && (
          <a href={formatRoute({ ...route, line: String(line + 1), step: '' })}>Show in the kernel log</a>
        )}
      </figcaption>
      {parts.map((part, index) =>
        part.folded ? (
          <Folded key={index} lines={part.lines} />
        ) : (
          <Open key={index} part={part} name={name} title={title} />
        ),
      )}
    </figure>
  );
}

type Part = CellEvidence['parts'][number];

function Open({ part, name, title }: { part: Part; name: string | undefined; title: string }): JSX.Element {
  return (
    <pre class="lines" tabIndex={0} aria-label={title}>
      {part.lines.map((text, index) => (
        <span key={index} class={index === part.guilty ? 'line guilty' : 'line'}>
          {index === part.guilty && name !== undefined ? <Named text={text} name={name} /> : text}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

/** The function's name is marked for readers that see no color as well. */
function Named({ text, name }: { text: string; name: string }): JSX.Element {
  const at = text.indexOf(name);
  return (
    <>
      {text.slice(0, at)}
      <mark>{name}</mark>
      {text.slice(at + name.length)}
    </>
  );
}

function Folded({ lines }: { lines: readonly string[] }): JSX.Element {
  return (
    <details>
      <summary>{count(lines.length, 'more line')}</summary>
      <pre class="lines">{lines.join('\n')}</pre>
    </details>
  );
}

/** Where a report is in the kernel log: the line of the function, else its first one that is there. */
function lineInLog({ log = [] }: CellDetail, { parts, function: name }: CellEvidence): number | undefined {
  const guilty = parts.flatMap((part) =>
    part.guilty === undefined ? [] : part.lines.slice(part.guilty, part.guilty + 1),
  );
  for (const text of [...guilty, ...parts.flatMap(({ lines }) => lines)]) {
    const found = text === '' ? -1 : log.findIndex((line) => line.text === text);
    if (found !== -1) return found;
  }
  // The text of a hang is hazmat's own; its function is in the stacks that the kernel was asked for.
  const decisive =
    name === undefined ? -1 : log.findIndex(({ mark, text }) => mark === 'decides' && text.includes(name));
  return decisive === -1 ? undefined : decisive;
}
