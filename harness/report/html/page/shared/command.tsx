// SPDX-License-Identifier: GPL-2.0-only
// A command to paste, with a button that copies it.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

export function Command({ text, what }: { text: string; what: string }): JSX.Element {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied('yes'),
      () => setCopied('failed'),
    );
  };
  return (
    <div class="command">
      <code aria-label={what}>{text}</code>
      <button type="button" class="quiet" onClick={copy} aria-label={`Copy: ${what}`}>
        {{ no: 'Copy', yes: 'Copied', failed: 'Cannot copy' }[copied]}
      </button>
    </div>
  );
}
