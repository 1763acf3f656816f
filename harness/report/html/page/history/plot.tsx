// SPDX-License-Identifier: GPL-2.0-only
// A plot over nights, with its numbers as a table for readers that see no plot.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { ReportHistory } from '../../report-data.ts';
import { moment } from '../shared/words.ts';
import { watchTheme } from '../shared/theme.ts';
import type { Series } from './nights.ts';

const height = 190;

interface Props {
  title: string;
  unit: string;
  nights: ReportHistory['nights'];
  series: readonly Series[];
}

export function Plot({ title, unit, nights, series }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let plot: uPlot | undefined;
    const draw = (): void => {
      plot?.destroy();
      plot = new uPlot(optionsOf(element, unit, series), dataOf(nights, series), element);
    };
    draw();
    const sizes = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    const unwatch = watchTheme(draw);
    return () => {
      sizes.disconnect();
      unwatch();
      plot?.destroy();
    };
  }, [nights, series, unit]);
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      <div ref={box} aria-hidden="true" class="canvas" />
      <details>
        <summary>Numbers</summary>
        <div class="scroll">
          <table class="plain">
            <caption class="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">Night</th>
                {series.map(({ label }) => (
                  <th scope="col" key={label}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {nights.map(({ run, started }, index) => (
                <tr key={run}>
                  <td>{moment(started)}</td>
                  {series.map(({ label, values }) => (
                    <td key={label}>{values[index]?.toFixed(1) ?? ''}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function dataOf(nights: ReportHistory['nights'], series: readonly Series[]): uPlot.AlignedData {
  return [nights.map(({ started }) => new Date(started).getTime() / 1000), ...series.map(({ values }) => values)];
}

/** Days; hours when all nights are of two days. */
function whens(_plot: uPlot, splits: number[]): string[] {
  const [first = 0, last = 0] = [splits[0], splits.at(-1)];
  const hours = last - first < 2 * 86_400;
  const texts = splits.map((split) => moment(new Date(split * 1000).toISOString()));
  return texts.map((text) => (hours ? text.slice(11) : text.slice(5, 10)));
}

function optionsOf(element: HTMLElement, unit: string, series: readonly Series[]): uPlot.Options {
  const style = getComputedStyle(element);
  const [ink, line, ground] = ['--muted', '--line', '--ground'].map((name) => style.getPropertyValue(name).trim());
  const axis = { stroke: ink ?? '', grid: { stroke: line ?? '', width: 1 }, ticks: { stroke: line ?? '', width: 1 } };
  return {
    width: element.clientWidth,
    height,
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, 1)] } },
    axes: [
      { ...axis, values: whens },
      { ...axis, size: 56, values: (_plot, values) => values.map((value) => `${value} ${unit}`) },
    ],
    series: [
      {},
      ...series.map(({ label }, index) => ({
        label,
        stroke: style.getPropertyValue(`--series-${(index % 8) + 1}`).trim(),
        width: 2,
        points: { show: true, size: 6, fill: ground ?? '' },
        value: (_plot: uPlot, value: number | null) => (value === null ? '' : `${value.toFixed(1)} ${unit}`),
      })),
    ],
  };
}
