// SPDX-License-Identifier: GPL-2.0-only
// What a person writes for a series: a path, git:PATH@A..B, b4:MESSAGE-ID, b4:prep, an address. Its kind, place and name.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { projectRoot } from '../../host/places.ts';
import { b4MessageId } from './b4.ts';

export type SeriesWord =
  | { kind: 'message'; id: string }
  | { kind: 'prep'; repository: string }
  | { kind: 'address'; url: URL }
  | { kind: 'range'; repository: string; range: string }
  | { kind: 'place'; path: string };

/** The forms of a series, for errors and help. */
const seriesForms =
  'Give a .patch, a folder of them, a folder with a quilt series file, an mbox, git:PATH@FROM..TO, b4:prep, b4:MESSAGE-ID or the address of a mail or an mbox.gz.';

const gitRange = /^git:(.+)@([^@]+\.\.[^@]*)$/;

/** Which form of a series it is. @throws UsageError for one that begins like a form and is not. */
export function parseSeriesWord(word: string): SeriesWord {
  const [prep, repository = '.'] = /^b4:prep(?:@(.+))?$/.exec(word) ?? [];
  if (prep !== undefined) return { kind: 'prep', repository };
  const id = b4MessageId(word);
  if (id !== undefined) return { kind: 'message', id };
  if (/^https?:\/\//.test(word)) {
    if (!URL.canParse(word)) throw new UsageError(`'${word}' is not an address`);
    return { kind: 'address', url: new URL(word) };
  }
  const range = gitRange.exec(word);
  if (range?.[1] !== undefined && range[2] !== undefined)
    return { kind: 'range', repository: range[1], range: range[2] };
  if (word.startsWith('git:')) {
    throw new UsageError(`'${word}' is not a range of a git repository`, { hint: 'Write git:PATH@FROM..TO.' });
  }
  return { kind: 'place', path: word };
}

/** The name of a series in tables and folders. */
export function seriesName(word: string): string {
  const parsed = parseSeriesWord(word);
  switch (parsed.kind) {
    case 'message':
      return parsed.id;
    case 'prep':
      return 'b4-prep';
    case 'address':
      return nameOfAddress(parsed.url);
    case 'range':
      return `${path.basename(path.resolve(parsed.repository))}@${parsed.range.replaceAll('/', '-')}`;
    case 'place':
      return nameOfFile(path.resolve(parsed.path));
  }
}

function nameOfFile(file: string): string {
  return path.basename(file).replace(/\.(patch|diff|mbox|mbx|eml)?(\.gz)?$/, '');
}

/** Of `https://HOST/LIST/MESSAGE-ID/t.mbox.gz` the message-id. */
function nameOfAddress({ hostname, pathname }: URL): string {
  const parts = pathname.split('/').filter(Boolean);
  const id = parts.find((part) => /@|%40/.test(part));
  return nameOfFile(decodeURIComponent(id ?? parts.at(-1) ?? hostname)).replaceAll('/', '-');
}

/**
 * The path of a series, relative to the working directory or to the project; what is not a file is returned as it is.
 * @throws UsageError when there is no such series.
 */
export function findSeries(word: string): string {
  const parsed = parseSeriesWord(word);
  if (parsed.kind === 'message' || parsed.kind === 'address') return word;
  const where = parsed.kind === 'place' ? parsed.path : parsed.repository;
  const places = [path.resolve(where), path.join(projectRoot, where)];
  const place = places.find((file) => existsSync(file));
  if (place !== undefined) return place;
  throw new UsageError(`there is no series ${where}`, { hint: seriesForms });
}
