// SPDX-License-Identifier: GPL-2.0-only
// What the user must be told from deep inside: a wait for another harness, a damaged file that is made again. It goes to
// stderr, or into the stream of events while there is a run.

export type NoticeLevel = 'info' | 'warning';

type Listener = (level: NoticeLevel, text: string) => void;

const toStderr: Listener = (_level, text) => void process.stderr.write(`hazmat: ${text}\n`);

let listener = toStderr;

/** Reports one line, or several, to the user. */
export function notice(level: NoticeLevel, text: string): void {
  listener(level, text);
}

/** Sends notices to `to` until the returned function is called. */
export function redirectNotices(to: Listener): () => void {
  listener = to;
  return () => {
    if (listener === to) listener = toStderr;
  };
}
