// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { buildPage } from '../../../harness/report/html/build-page.ts';
import { htmlFile } from '../../../harness/report/html/html-file.ts';
import { packReport } from '../../../harness/report/html/pack.ts';
import { designStory } from '../../results/story.ts';
import { report, reportedRun } from './reported-story.ts';

const page = { script: 'const end = "</script><!--";', style: 'body{}' };

it('holds data as base64 and text as text: what a guest printed is no markup', () => {
  const hostile = '</script><img src=x onerror=alert(1)>&"\'';
  const story = designStory();
  for (const result of story.results) result.why = hostile;
  const file = htmlFile(hostile, page, packReport(report([reportedRun(story)], { title: hostile })));
  expect(file).not.toContain(hostile);
  expect(file).not.toContain('<img');
  expect(file).toContain('<title>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;</title>');
  // Elements end where they should: as many script elements as were made.
  expect(file.match(/<\/script>/g)).toHaveLength(file.match(/<script\b/g)?.length ?? 0);
});

it('allows the script of the page and nothing else', () => {
  const file = htmlFile('a run', page, { overview: 'AAAA', chunks: ['BBBB'] });
  const code = /<script>([^]*?)<\/script>/.exec(file)?.[1] ?? '';
  expect(code).toBe('const end = "<\\/script><\\!--";');
  expect(file).toContain("default-src 'none'");
  expect(file).toContain(`script-src 'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  expect(file).not.toMatch(/unsafe|https?:/);
});

it('the page that is built is small and loads nothing', async () => {
  const { script, style } = await buildPage();
  expect(script.length).toBeGreaterThan(10_000);
  expect(script.length, 'zod as a namespace leaves out its translations').toBeLessThan(320_000);
  expect(style).toContain('prefers-color-scheme');
  expect(/\b(?:fetch|importScripts)\s*\(|XMLHttpRequest|WebSocket|EventSource/.exec(script)?.[0]).toBeUndefined();
  expect(/@import|url\(/.exec(style)?.[0]).toBeUndefined();
});
