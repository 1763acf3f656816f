// SPDX-License-Identifier: GPL-2.0-only
// A plot over nights or kernels, with its numbers as a table for readers that see no plot.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Axis, Series } from './plot-axis.ts';
import { watchTheme } from './theme.ts';

const height = 190;

interface Props {
  title: string;
  unit: string;
  axis: Axis;
  series: readonly Series[];
  /** For values of different magnitude, at least one. */
  logarithmic?: boolean;
}

export function Plot({ title, unit, axis, series, logarithmic = false }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let plot: uPlot | undefined;
    const draw = (): void => {
      plot?.destroy();
      plot = new uPlot(optionsOf(element, { unit, axis, series, logarithmic }), dataOf(axis, series), element);
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
  }, [axis, series, unit, logarithmic]);
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
                <th scope="col">{axis.heading}</th>
                {series.map(({ label }) => (
                  <th scope="col" key={label}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {axis.places.map(({ key, label: place }, index) => (
                <tr key={key}>
                  <td>{place}</td>
                  {series.map(({ label, values, words }) => (
                    <td key={label}>{words?.[index] ?? values[index]?.toFixed(1) ?? ''}</td>
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

/** More bands than this lie on top of each other; the numbers have the bounds all the same. */
export const mostBands = 2;

/** The bounds of a series come right after it. */
function dataOf({ places }: Axis, series: readonly Series[]): uPlot.AlignedData {
  const values = series.flatMap(({ values: own, low, high }) =>
    low === undefined || high === undefined || series.length > mostBands ? [own] : [own, high, low],
  );
  return [places.map(({ at }) => at), ...values];
}

function optionsOf(
  element: HTMLElement,
  { unit, axis, series, logarithmic }: Required<Omit<Props, 'title'>>,
): uPlot.Options {
  const style = getComputedStyle(element);
  const [ink, line, ground] = ['--muted', '--line', '--ground'].map((name) => style.getPropertyValue(name).trim());
  const lines = { stroke: ink ?? '', grid: { stroke: line ?? '', width: 1 }, ticks: { stroke: line ?? '', width: 1 } };
  const names = new Map(axis.places.map(({ at, label }) => [at, label]));
  const shown: uPlot.Series[] = [
    axis.isTime ? {} : { label: axis.heading, value: (_plot: uPlot, at: number | null) => names.get(at ?? -1) ?? '' },
  ];
  const bands: uPlot.Band[] = [];
  for (const [index, { label, low, high, words }] of series.entries()) {
    const stroke = style.getPropertyValue(`--series-${(index % 8) + 1}`).trim();
    shown.push({
      label,
      stroke,
      width: 2,
      points: { show: true, size: 6, fill: ground ?? '' },
      value: (_plot: uPlot, value: number | null, _series: number, place: number | null) =>
        value === null ? '' : (words?.[place ?? -1] ?? `${value.toFixed(1)} ${unit}`),
    });
    if (low === undefined || high === undefined || series.length > mostBands) continue;
    bands.push({ series: [shown.length, shown.length + 1], fill: `${stroke}26` });
    // In the legend their numbers are with those of the series.
    for (const name of ['high', 'low'])
      shown.push({ label: `${label}, ${name}`, class: 'bound', points: { show: false } });
  }
  return {
    width: element.clientWidth,
    height,
    scales: {
      x: axis.isTime ? {} : { time: false, range: [-0.3, axis.places.length - 0.7] },
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum of its types, not there at run time
      y: logarithmic ? { distr: 3 } : { range: (_plot, _low, top) => [0, Math.max(top * 1.1, 1)] },
    },
    axes: [
      {
        ...lines,
        values: (_plot, splits) => axis.ticks(splits),
        ...(axis.isTime ? {} : { splits: () => axis.places.map(({ at }) => at) }),
      },
      {
        ...lines,
        size: 64,
        values: (_plot, values) => values.map((value) => `${value} ${unit}`),
        ...(logarithmic ? { splits: (_plot, _axis, low, high) => powersBetween(low, high) } : {}),
      },
    ],
    series: shown,
    bands,
  };
}

/** Powers of ten: one line for each is enough. */
function powersBetween(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low));
  return Array.from(
    { length: Math.max(0, Math.floor(Math.log10(high)) - first + 1) },
    (_, index) => 10 ** (first + index),
  );
}
