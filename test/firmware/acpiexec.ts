// SPDX-License-Identifier: GPL-2.0-only
// Firmware under test: AML run by ACPICA's own interpreter in a process of ours, without a machine.

import { runProgram } from '../../harness/host/program.ts';

/** The interpreter, of Debian's package acpica-tools. */
export const acpiInterpreter = 'acpiexec';

export interface Evaluation {
  /** What the object evaluated to, when that is a buffer. */
  value: Buffer | undefined;
  /** Values of the Notify() calls meanwhile. */
  notified: number[];
}

export const busDsm = '2f10e7a4-9e91-11e4-89d3-123b93f75cba';
export const dimmDsm = '4309ac30-0d11-11e4-9191-0800200c9a66';

/** An `evaluate` command of the interpreter for a _DSM; `input` is what the package has (a whole package as text, if so). */
export function dsmCommand(object: string, uuid: string, func: number, input: Buffer | string, more = ''): string {
  const given = typeof input === 'string' ? input : `[${bytes(input)}]`;
  const command = `evaluate ${object} ${bytes(uuidBytes(uuid))} 1 ${hexadecimal(func)} ${given}${more}`;
  if (command.length > 500) throw new Error(`acpiexec reads no line of ${command.length} characters`);
  return command;
}

/** Loads the tables and evaluates, in order. @throws Error with the interpreter's own complaint, if it has any. */
export async function evaluate(tables: readonly string[], commands: readonly string[]): Promise<Evaluation[]> {
  const { stdout } = await runProgram([acpiInterpreter, '-di', ...tables], {
    input: [...commands, 'quit', ''].join('\n'),
  });
  const complaint = /^.*(ACPI Error|ACPI Warning|ACPI BIOS|AE_[A-Z]).*$/m.exec(stdout);
  if (complaint !== null) throw new Error(complaint[0]);
  const parts = stdout.split(/^Evaluating /m).slice(1);
  if (parts.length !== commands.length)
    throw new Error(`${commands.length} commands, ${parts.length} answers\n${stdout}`);
  return parts.map((text) => ({ value: bufferIn(text), notified: notifiedIn(text) }));
}

/** The interpreter reads numbers as hexadecimal, and those that begin with a letter as strings. */
function hexadecimal(value: number): string {
  return `0x${value.toString(16)}`;
}

/** `(01 02)`: a buffer as the interpreter reads it. */
function bytes(buffer: Buffer): string {
  return `(${[...buffer].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')})`;
}

/** As ToUUID () stores it: the first three fields little-endian. */
function uuidBytes(uuid: string): Buffer {
  const [a = '', b = '', c = '', ...rest] = uuid.split('-');
  const reversed = [a, b, c].map((field) => Buffer.from(field, 'hex').reverse());
  return Buffer.concat([...reversed, Buffer.from(rest.join(''), 'hex')]);
}

function bufferIn(text: string): Buffer | undefined {
  const [, length, dump] = /\[Buffer\] Length ([0-9A-F]+) =([^]*)/.exec(text) ?? [];
  if (length === undefined || dump === undefined) return undefined;
  const lines = [...dump.matchAll(/[0-9A-F]{4,}: ((?:[0-9A-F]{2} )+)/g)].map(([, hex = '']) => hex.replaceAll(' ', ''));
  return Buffer.from(lines.join(''), 'hex').subarray(0, Number.parseInt(length, 16));
}

function notifiedIn(text: string): number[] {
  return [...text.matchAll(/Received a Device Notify on \[NVAR\] \S+ Value 0x([0-9A-F]+)/g)].map(([, value = '']) =>
    Number.parseInt(value, 16),
  );
}
