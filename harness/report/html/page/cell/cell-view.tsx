// SPDX-License-Identifier: GPL-2.0-only
// One cell: verdict, how to run it again, what deviates, reports of the kernel, steps on a clock next to the YAML, the kernel log.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CellDetail, ReportCell, ReportData } from '../../report-data.ts';
import { scenarioOf } from '../shared/cells.ts';
import { StepTimes } from '../history/step-times.tsx';
import { Command } from '../shared/command.tsx';
import { formatRoute, type Route } from '../shared/route.ts';
import { useDetail } from '../shared/use-detail.ts';
import { Verdict } from '../shared/verdict.tsx';
import { duration, ownWhy } from '../shared/words.ts';
import { Deviations } from './deviations.tsx';
import { Evidence } from './evidence.tsx';
import { KernelLog } from './kernel-log.tsx';
import { Siblings } from './siblings.tsx';
import { Source } from './source.tsx';
import { TimelineView } from './timeline.tsx';

interface Props {
  data: ReportData;
  route: Route;
  cell: number | undefined;
}

export function CellView({ data, route, cell: index }: Props): JSX.Element {
  const loading = useDetail(data, index);
  const cell = index === undefined ? undefined : data.cells[index];
  if (cell === undefined || index === undefined) {
    return (
      <p class="nothing">
        This report has no cell {route.cell ?? ''}. <a href={formatRoute({ view: 'overview' })}>Back to the overview</a>
      </p>
    );
  }
  return (
    <article>
      <CellHead data={data} cell={cell} />
      <Siblings data={data} cell={cell} index={index} />
      <Command text={cell.reproduce} what="Command that runs this cell again" />
      {loading.state === 'loading' && <p class="muted">Loading…</p>}
      {loading.state === 'failed' && <p class="failure">The details cannot be read: {loading.why}</p>}
      {loading.state === 'none' && <p class="muted">The run recorded no steps of this cell.</p>}
      {loading.state === 'loaded' && (
        <Details key={index} data={data} route={route} detail={loading.detail} cell={cell} />
      )}
    </article>
  );
}

function CellHead({ data, cell }: { data: ReportData; cell: ReportCell }): JSX.Element {
  const { title = '', tags = [] } = data.scenarios[cell.scenario] ?? {};
  const column = data.columns[cell.column];
  const issue = cell.known ?? cell.knownButPassed;
  return (
    <header class="cell-head">
      <p class="crumbs">
        <a href={formatRoute({ view: 'overview' })}>Overview</a> <span aria-hidden="true">/</span>{' '}
        <a href={formatRoute({ view: 'overview', kernel: column?.label ?? '' })}>{column?.label}</a>
      </p>
      <h1>
        <Verdict cell={cell} /> {scenarioOf(data, cell)}
      </h1>
      <p class="cell-title">{title}</p>
      <p class="why">{ownWhy(cell)}</p>
      {issue !== undefined && (
        <p class="issue">
          <strong>Known issue{issue.bug === undefined ? '' : ` ${issue.bug}`}:</strong> {issue.because}
        </p>
      )}
      {cell.firstTry !== undefined && (
        <p class="issue">
          <strong>Second try:</strong> the infrastructure failed at the first one, after{' '}
          {duration(cell.firstTry.durationMs)}: {cell.firstTry.why}. Its files are in{' '}
          <code>
            {cell.folder}/{cell.firstTry.folder}
          </code>
        </p>
      )}
      <dl class="facts in-line">
        <div>
          <dt>Kernel</dt>
          <dd>{column?.release ?? column?.version}</dd>
        </div>
        <div>
          <dt>Took</dt>
          <dd>{duration(cell.durationMs)}</dd>
        </div>
        {cell.reused !== undefined && (
          <div>
            <dt>Taken over from</dt>
            <dd>{cell.reused}</dd>
          </div>
        )}
        {cell.repeat !== undefined && (
          <div>
            <dt>Repetition</dt>
            <dd>{cell.repeat}</dd>
          </div>
        )}
        <div>
          <dt>Files</dt>
          <dd>
            <code>{cell.folder}</code>
          </dd>
        </div>
        {tags.length > 0 && (
          <div>
            <dt>Tags</dt>
            <dd>{tags.join(', ')}</dd>
          </div>
        )}
      </dl>
    </header>
  );
}

interface DetailsProps {
  data: ReportData;
  route: Route;
  detail: CellDetail;
  cell: ReportCell;
}

function Details({ data, route, detail, cell }: DetailsProps): JSX.Element {
  const firstBad = detail.steps.find(({ outcome }) => outcome !== 'ok')?.index;
  const asked = route.step === undefined ? undefined : Number(route.step) - 1;
  const [current, setCurrent] = useState(asked ?? firstBad ?? 0);
  const [times, setTimes] = useState(false);
  return (
    <>
      <Deviations detail={detail} route={route} known={cell.expected} />
      {detail.evidence.length > 0 && <Evidence detail={detail} route={route} />}
      <div class={detail.source === undefined ? '' : 'with-source'}>
        <TimelineView detail={detail} route={route} current={current} asked={asked} onCurrent={setCurrent} />
        {detail.source !== undefined && <Source source={detail.source} current={current} onStep={setCurrent} />}
      </div>
      {detail.log !== undefined ? (
        <KernelLog lines={detail.log} route={route} folder={cell.folder} />
      ) : (
        <p class="muted">The kernel log of a passing cell is not in this file; it is in {cell.folder}/dmesg.txt.</p>
      )}
      {data.cells.filter((other) => other.scenario === cell.scenario && other.verdict === 'pass').length > 1 && (
        <details onToggle={(event) => setTimes(event.currentTarget.open)}>
          <summary>Times of the steps on each kernel</summary>
          {times && <StepTimes data={data} scenario={cell.scenario} />}
        </details>
      )}
      {detail.qemu !== undefined && (
        <details>
          <summary>QEMU command</summary>
          <Command text={detail.qemu} what="QEMU command" />
        </details>
      )}
    </>
  );
}
