// SPDX-License-Identifier: GPL-2.0-only
// A harness that runs a story and then waits to be killed: dying-harness.ts ROOT CELLS-TO-END. Says where its run is.

import { writeReports } from '../../harness/report/write-reports.ts';
import { RunFolder } from '../../harness/results/run-folder.ts';
import { EventStream } from '../../harness/results/stream.ts';
import { bodiesOf, designStory } from './story.ts';

const [root = '', cells = '0'] = process.argv.slice(2);
const folder = await RunFolder.create(root, 'dying', writeReports);
const stream = new EventStream();
stream.add(folder);
const story = designStory();
const results = story.results.slice(0, Number(cells));
if (Number(cells) >= 0) {
  for (const body of bodiesOf({ ...story, results, cutOff: true })) stream.emit(body);
}
process.stdout.write(`${folder.path}\n`);
setInterval(() => undefined, 1000);
