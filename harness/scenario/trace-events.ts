// SPDX-License-Identifier: GPL-2.0-only
// Reads the kernel's trace (Documentation/trace/ftrace.rst): events with their fields. Pure.

export const traceFile = '/sys/kernel/tracing/trace';

/** The events of a name, in order, each with its fields. A field's value reaches up to the next field, or to ` : `. */
export function traceEvents(text: string, name: string): ReadonlyMap<string, string>[] {
  const mark = `: ${name}: `;
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf(mark);
    return line.startsWith('#') || at < 0 ? [] : [fieldsOf(line.slice(at + mark.length))];
  });
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const starts = [...text.matchAll(/(?:^|\s)(\w+)=/g)];
  return new Map(
    starts.map((start, index) => {
      const value = text.slice(start.index + start[0].length, starts[index + 1]?.index);
      return [
        start[1] ?? '',
        value
          .replace(/ :$/, '')
          .trim()
          .replace(/^'(.*)'$/, '$1'),
      ];
    }),
  );
}
