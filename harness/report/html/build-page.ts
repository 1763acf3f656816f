// SPDX-License-Identifier: GPL-2.0-only
// Builds the page of the HTML report from its sources in page/. It takes a tenth of a second, so it is done for every report, and
// nothing built is kept: the page is always that of these sources, on a fresh clone as well.

import path from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../../host/places.ts';

export interface BuiltPage {
  script: string;
  style: string;
}

const folder = path.join(projectRoot, 'harness/report/html');

export async function buildPage(): Promise<BuiltPage> {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'page/main.tsx')],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    charset: 'utf8',
    // Paths of results; nothing is written.
    outdir: folder,
    write: false,
    logLevel: 'silent',
  });
  const textOf = (end: string): string => outputFiles.find(({ path: name }) => name.endsWith(end))?.text ?? '';
  return { script: textOf('.js'), style: textOf('.css') };
}
