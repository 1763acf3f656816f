// SPDX-License-Identifier: GPL-2.0-only
// How long each step of a scenario took on each kernel of the newest night.

import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CellDetail, ReportData } from '../../report-data.ts';
import { loadDetail } from '../shared/load.ts';
import { Plot } from '../shared/plot.tsx';
import { kernelAxis } from '../shared/plot-axis.ts';
import { duration } from '../shared/words.ts';
import { latencySeries, stepTimes } from './step-latency.ts';

export function StepTimes({ data, scenario }: { data: ReportData; scenario: number }): JSX.Element | null {
  const [cells, setCells] = useState<{ column: number; detail: CellDetail }[]>([]);
  useEffect(() => {
    let current = true;
    const wanted = data.cells.flatMap((cell, index) =>
      cell.scenario === scenario && cell.verdict === 'pass' ? [{ column: cell.column, index }] : [],
    );
    const loading = wanted.map(async ({ column, index }) => ({ column, detail: await loadDetail(data, index) }));
    void Promise.all(loading).then((all) => {
      if (current) setCells(all.flatMap(({ column, detail }) => (detail === undefined ? [] : [{ column, detail }])));
    });
    return () => {
      current = false;
    };
  }, [data, scenario]);
  const steps = useMemo(() => stepTimes(cells, data.columns.length), [cells, data]);
  const { axis, order } = useMemo(() => kernelAxis(data.columns), [data]);
  const series = useMemo(() => latencySeries(steps, order), [steps, order]);
  const kernels = new Set(cells.map(({ column }) => column)).size;
  if (steps.length === 0) return null;
  const longest = Math.max(1, ...steps.flatMap(({ times }) => times.map((ms) => ms ?? 0)));
  return (
    <section aria-labelledby="latency">
      <h2 id="latency">Median time of each step, by kernel</h2>
      {kernels > 1 && <Plot title="Time against the kernel" unit="s" axis={axis} series={series} logarithmic />}
      <div class="scroll">
        <table class="plain latency">
          <caption class="visually-hidden">Time of each step by kernel</caption>
          <thead>
            <tr>
              <th scope="col">Step</th>
              {data.columns.map(({ label, version }) => (
                <th scope="col" key={label}>
                  {label} <span class="muted">{version}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps.map(({ name, times }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {times.map((ms, column) => (
                  <td key={column}>
                    {ms !== undefined && (
                      <>
                        <meter min={0} max={longest} value={ms} aria-hidden="true" /> {duration(ms)}
                      </>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
