// SPDX-License-Identifier: GPL-2.0-only
// Reads back the JSON that a run wrote. Whatever is wrong with a file becomes one error: which file, what is wrong, what to do.
// cspell:ignore lab -- a field of version 1

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../host/errors.ts';

/** What is needed of any version to say which one it is and how to get one that can be read. */
const anyVersion = z.object({
  version: z.unknown(),
  command: z.string().optional().catch(undefined),
  // Called `lab` up to version 1 of run.json.
  lab: z.object({ hazmat: z.string() }).optional().catch(undefined),
  environment: z.object({ hazmat: z.string() }).optional().catch(undefined),
});

/** A file whose schema says which `version` it must have. @throws UsageError */
export function readRecorded<T extends { version: number }>(
  file: string,
  schema: z.ZodType<T> & { shape: { version: z.ZodLiteral<number> } },
): T {
  const value = parsed(file);
  const wanted = schema.shape.version.value;
  const found = anyVersion.safeParse(value).data;
  if (found?.version !== wanted) throw otherVersion(file, found, wanted);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(`this file is damaged: ${firstIssue(result.error)}`, { at: file, cause: result.error });
}

/** What is wrong first: `cells[0].verdict: Invalid option: ...`. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'it has another form';
  const where = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${where.replace(/^\./, '')}: ${issue.message}`;
}

function otherVersion(file: string, found: z.infer<typeof anyVersion> | undefined, wanted: number): UsageError {
  const version = found?.version === undefined ? 'no version' : `version ${JSON.stringify(found.version)}`;
  const writer = found?.lab?.hazmat ?? found?.environment?.hazmat;
  const by = writer === undefined ? 'the hazmat that wrote it' : `hazmat ${writer}, which wrote it`;
  const again = found?.command === undefined ? 'run it again' : `run it again:\n${found.command}`;
  return new UsageError(`this file has ${version}; this hazmat reads version ${wanted}`, {
    at: file,
    hint: `Read it with ${by}, or ${again}`,
  });
}

/** A file of a run's folder. @throws UsageError that names it when it cannot be read: a folder of that name, no permission, a bad disk */
export function readRunFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`this file cannot be read: ${why}`, { at: file, cause: error });
  }
}

function parsed(file: string): unknown {
  const text = readRunFile(file).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`this file is damaged: it is not whole JSON: ${why}`, { at: file, cause: error });
  }
}
