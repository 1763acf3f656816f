// SPDX-License-Identifier: GPL-2.0-only
// What KCIDB accepts, version 5.3, as far as hazmat writes it: kcidb_io/schema/ of https://github.com/kernelci/kcidb-io. Nothing is
// null, nothing is added: further data goes into `misc`.

import { z } from 'zod';

const origin = z.string().regex(/^[a-z0-9_]+$/);
const id = z.string().regex(/^[a-z0-9_]+:[^\0]*$/);
const time = z.iso.datetime({ offset: true });
const misc = z.record(z.string(), z.unknown()).exactOptional();
const text = z.string().exactOptional();
const excerpt = z.string().max(16_384).exactOptional();
const sha256 = z.string().regex(/^([0-9a-f]{64})?$/);
const files = z.array(z.strictObject({ name: z.string(), url: z.url() })).exactOptional();

/** The worse, the earlier. ERROR: the test itself failed; MISS: the harness failed to run it. */
const status = z.enum(['FAIL', 'ERROR', 'MISS', 'PASS', 'DONE', 'SKIP']).exactOptional();

const checkout = z.strictObject({
  id,
  origin,
  tree_name: text,
  git_repository_url: z.url({ protocol: /^https$/ }).exactOptional(),
  git_commit_hash: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .exactOptional(),
  git_commit_name: text,
  git_repository_branch: text,
  patchset_files: files,
  patchset_hash: sha256.exactOptional(),
  message_id: text,
  comment: text,
  start_time: time.exactOptional(),
  valid: z.boolean().exactOptional(),
  misc,
});

const build = z.strictObject({
  id,
  origin,
  checkout_id: id,
  comment: text,
  start_time: time.exactOptional(),
  duration: z.number().min(0).exactOptional(),
  architecture: z
    .string()
    .regex(/^[a-z0-9_]*$/)
    .exactOptional(),
  command: text,
  compiler: text,
  config_name: text,
  status,
  log_excerpt: excerpt,
  misc,
});

const test = z.strictObject({
  id,
  origin,
  build_id: id,
  environment: z.strictObject({ compatible: z.array(z.string()).exactOptional(), comment: text, misc }).exactOptional(),
  path: z
    .string()
    .regex(/^([a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*)?$/)
    .exactOptional(),
  comment: text,
  log_excerpt: excerpt,
  status,
  start_time: time.exactOptional(),
  duration: z.number().min(0).exactOptional(),
  output_files: files,
  misc,
});

const issue = z.strictObject({
  id,
  version: z.int().min(0),
  origin,
  report_url: z.url().exactOptional(),
  report_subject: text,
  categories: z.array(z.string()).exactOptional(),
  culprit: z
    .strictObject({
      code: z.boolean().exactOptional(),
      tool: z.boolean().exactOptional(),
      harness: z.boolean().exactOptional(),
    })
    .exactOptional(),
  comment: text,
  misc,
});

const incident = z.strictObject({
  id,
  origin,
  issue_id: id,
  issue_version: z.int().min(0),
  build_id: id.exactOptional(),
  test_id: id.exactOptional(),
  present: z.boolean().exactOptional(),
  comment: text,
  misc,
});

export const kcidbSchema = z.strictObject({
  version: z.strictObject({ major: z.literal(5), minor: z.literal(3) }),
  checkouts: z.array(checkout).exactOptional(),
  builds: z.array(build).exactOptional(),
  tests: z.array(test).exactOptional(),
  issues: z.array(issue).exactOptional(),
  incidents: z.array(incident).exactOptional(),
});

export type Kcidb = z.infer<typeof kcidbSchema>;
