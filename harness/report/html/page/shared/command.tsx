// SPDX-License-Identifier: GPL-2.0-only
// A command to paste, with a button that copies it.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

export function Command({ text, what }: { text: string; what: string }): JSX.Element {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  // Without a secure context there is no clipboard, and a page may be refused it.
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied('yes');
    } catch {
      setCopied('failed');
    }
  };
  return (
    <div class="command">
      <code aria-label={what}>{text}</code>
      <button type="button" class="quiet" onClick={() => void copy()} aria-label={`Copy: ${what}`}>
        {{ no: 'Copy', yes: 'Copied', failed: 'Cannot copy' }[copied]}
      </button>
    </div>
  );
}
