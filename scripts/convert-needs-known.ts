// SPDX-License-Identifier: GPL-2.0-only
// Converts scenarios to named features and to known issues that take their reason from kernels/bugs.yaml:
//   npx tsx scripts/convert-needs-known.ts [FILE...]
// Comments and style are kept: only the text of `needs` and of known issues changes. A converted file does not change again.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml';
import { projectRoot } from '../harness/host/places.ts';
import { loadFeatures } from '../harness/scenario/features.ts';

/** A part of the text, by offsets, and what takes its place. */
interface Edit {
  from: number;
  to: number;
  text: string;
}

/** What the old reason of `needs` says, and the feature that it is; undefined: the scenario needs nothing. */
const features: [RegExp, string | undefined][] = [
  [/memory failures since 6\.0/, 'xfs-memory-failure'],
  [/reflink and DAX together/, 'xfs-dax-reflink'],
  [/no recovery write before/, 'recovery-write'],
  [/mark one line for a machine check/, 'machine-check-length'],
  [/block device is gone before/, 'mark-dead'],
  [/before removal before|takes the news of a removal|before its device goes before/, 'pre-remove'],
  [/has had a holder since/, 'dax-holder'],
  // devdax/consumed passes on 5.10.262, too.
  [/as the behaviou?r of 6\.0 and later/, undefined],
];

/** What the old reason of a known issue says, and the reason of its own that it keeps; undefined: that of its bug. */
const reasons: [string, RegExp, string | undefined][] = [
  [
    'KB4',
    /range ends behind the last group/,
    'the range ends behind the last group, so the block count wraps in xfs_dax_notify_dev_failure() for the last group as well',
  ],
  ['KB4', /block count wraps .* for every AG but the last/, undefined],
  [
    'KB7',
    /device-mapper opens its devices without a holder/,
    'device-mapper opens its devices without a holder (fs_dax_get_by_bdev(..., NULL, NULL) in drivers/md/dm.c), so XFS is not notified of the removal, and the pages stay mapped while their struct pages are freed',
  ],
  [
    'KB7',
    /ext4 registers no holder operations/,
    'ext4 registers no holder operations (fs_dax_get_by_bdev(..., NULL, NULL) in fs/ext4/super.c), so no process is signaled, and the pages stay mapped while their struct pages are freed',
  ],
  [
    'KB7',
    /XFS without realtime groups/,
    'XFS without realtime groups returns EOPNOTSUPP for the realtime device (fs/xfs/xfs_notify_failure.c), so no process is signaled, and the pages stay mapped while their struct pages are freed',
  ],
  [
    'KB7',
    /XFS without rmapbt/,
    'XFS without rmapbt returns EOPNOTSUPP (fs/xfs/xfs_notify_failure.c), so no process is signaled, and the pages stay mapped while their struct pages are freed',
  ],
  ['KB7', /kill_dax\(\) says nothing of MF_MEM_PRE_REMOVE/, undefined],
  [
    'KB16',
    /the walk (?:passes over|skips) the group/,
    'the range is cut at the end of the device, not of the filesystem; the walk skips the group that does not exist, and the failure is reported as handled',
  ],
  ...[1, 2, 3, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22].map(
    (bug): [string, RegExp, string | undefined] => [`KB${bug}`, /./, undefined],
  ),
];

/** The converted text. */
export function convert(text: string): string {
  const document = parseDocument(text, { keepSourceTokens: true });
  const top = document.contents;
  if (!isMap(top)) return text;
  const known = top.get('known', true);
  const entries = isSeq(known) ? known.items.filter((item) => isMap(item)) : [];
  const edits = [...needsEdits(text, top), ...entries.flatMap((entry) => knownEdits(text, document, entry))];
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((whole, edit) => whole.slice(0, edit.from) + edit.text + whole.slice(edit.to), text);
}

function needsEdits(text: string, top: YAMLMap): Edit[] {
  const pair = pairOf(top, 'needs');
  if (pair === undefined || !isMap(pair.value)) return [];
  const because = String(pair.value.get('because'));
  const rule = features.find(([pattern]) => pattern.test(because));
  if (rule === undefined) throw new Error(`no feature for \`needs\` because "${because}"`);
  const [, feature] = rule;
  if (feature === undefined) return [wholeLines(text, pair)];
  const kernels = String(pair.value.get('kernels'));
  if (loadFeatures().get(feature)?.kernels !== kernels) throw new Error(`${feature} is not ${kernels}: "${because}"`);
  return [{ ...extent(text, pair), text: `needs: [${feature}]` }];
}

function knownEdits(text: string, document: Document, entry: YAMLMap): Edit[] {
  const old = pairOf(entry, 'in');
  const renamed = old === undefined ? [] : [{ from: start(old), to: start(old) + 'in'.length, text: 'report' }];
  return [...renamed, ...reasonEdits(text, document, entry)];
}

function reasonEdits(text: string, document: Document, entry: YAMLMap): Edit[] {
  const pair = pairOf(entry, 'because');
  if (pair === undefined) return [];
  const value = isAlias(pair.value) ? pair.value.resolve(document) : pair.value;
  const because = isScalar(value) ? String(value.value) : '';
  const bug = String(entry.get('bug'));
  const rule = reasons.find(([name, pattern]) => name === bug && pattern.test(because));
  if (rule === undefined) return [];
  const [, , own] = rule;
  if (own === undefined) return [entry.flow === true ? flowPair(text, pair) : wholeLines(text, pair)];
  if (own === because || isAlias(pair.value)) return [];
  const anchor = isScalar(value) && value.anchor !== undefined ? `&${value.anchor} ` : '';
  const indent = ' '.repeat(start(pair) - text.lastIndexOf('\n', start(pair)) - 1);
  return [{ ...extent(text, pair), text: `because: ${anchor}>-\n${wrapped(own, `${indent}  `)}` }];
}

/** Lines of at most 128 characters. */
function wrapped(sentence: string, indent: string): string {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= 128) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(`${indent}${word}`);
  }
  return lines.join('\n');
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function start({ key }: Pair): number {
  return isNode(key) ? (key.range?.[0] ?? 0) : 0;
}

/** From the key to the end of the value. */
function extent(text: string, pair: Pair): { from: number; to: number } {
  const from = start(pair);
  const to = isNode(pair.value) ? (pair.value.range?.[1] ?? from) : from;
  return { from, to: from + text.slice(from, to).trimEnd().length };
}

function wholeLines(text: string, pair: Pair): Edit {
  const { from, to } = extent(text, pair);
  return { from: text.lastIndexOf('\n', from) + 1, to: text.indexOf('\n', to) + 1, text: '' };
}

/** A pair of `{a: 1, b: 2}` with the comma before it. */
function flowPair(text: string, pair: Pair): Edit {
  const { from, to } = extent(text, pair);
  return { from: text.lastIndexOf(',', from), to, text: '' };
}

if (process.argv[1] === import.meta.filename) {
  const folder = path.join(projectRoot, 'scenarios');
  const shipped = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => path.join(folder, name));
  const files = process.argv.length > 2 ? process.argv.slice(2) : shipped;
  for (const file of files) {
    const before = readFileSync(file, 'utf8');
    const after = convert(before);
    if (after === before) continue;
    writeFileSync(file, after);
    process.stdout.write(`${path.relative(process.cwd(), file)}\n`);
  }
}
