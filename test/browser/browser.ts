// SPDX-License-Identifier: GPL-2.0-only
// Opens HTML reports in Debian's Chromium. A page that asks the network for anything, or logs an error, fails its test.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { findProgram } from '../../harness/host/needs.ts';
import { buildPage } from '../../harness/report/html/build-page.ts';
import { htmlFile } from '../../harness/report/html/html-file.ts';
import type { Report } from '../../harness/report/html/make-report.ts';
import { packReport } from '../../harness/report/html/pack.ts';
import { temporaryFolder } from '../host/temporary.ts';

/** `allowed`: what the page may log as an error. */
type Open = (file: string, hash?: string, options?: BrowserContextOptions, allowed?: RegExp[]) => Promise<Page>;

/** A browser for all tests of a file. */
export function useBrowser(): { open: Open } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const executablePath = findProgram('chromium');
    if (executablePath === undefined) throw new Error('there is no chromium: npx hazmat doctor --tests --fix');
    // Chromium refuses its sandbox to root.
    browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
  });
  afterAll(async () => browser?.close());
  return {
    open: async (file, hash = '', options = {}, allowed = []) => {
      if (browser === undefined) throw new Error('no browser');
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on('pageerror', ({ message }) => wrong.push(message));
      page.on('console', (message) => {
        const text = message.text();
        if (message.type() === 'error' && !allowed.some((pattern) => pattern.test(text))) wrong.push(text);
      });
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) wrong.push(`it asks for ${request.url()}`);
      });
      page.on('dialog', (dialog) => {
        wrong.push(`it opens a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      onTestFinished(async () => {
        await context.close();
        expect(wrong).toEqual([]);
      });
      await page.goto(`${pathToFileURL(file).href}${hash}`);
      await page.getByRole('main').waitFor();
      return page;
    },
  };
}

/** The HTML file of a report, in a folder that is removed when the tests of the file are done. */
export async function fileOf(report: Report): Promise<string> {
  const file = path.join(temporaryFolder(), 'report.html');
  writeFileSync(file, htmlFile(`hazmat: ${report.data.title}`, await buildPage(), packReport(report)));
  return file;
}
