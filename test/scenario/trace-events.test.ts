// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { traceEvents } from '../../harness/scenario/trace-events.ts';

const text = `# tracer: nop
#
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
     irq/28-pci-77      [001] .....    12.345678: cxl_general_media: memdev=mem0 host=0000:0d:00.0 serial=4096 log=Fatal : time=9 uuid=fbcd0a77 len=128 flags='0x8' handle=1 : dpa=1221000 dpa_flags='' descriptor='UNCORRECTABLE_EVENT|THRESHOLD_EVENT' channel=0 validity_flags='' region=region0 hpa=0x5d1221000
              sh-99      [000] .....    13.000000: cxl_poison: memdev=mem0 trace_type=List region= hpa=0x5d1221000 dpa_length=0x40
`;

it('reads the fields of the events of a name', () => {
  const [event, ...others] = traceEvents(text, 'cxl_general_media');
  expect(others).toEqual([]);
  expect(Object.fromEntries(event ?? [])).toMatchObject({
    memdev: 'mem0',
    log: 'Fatal',
    handle: '1',
    dpa: '1221000',
    flags: '0x8',
    dpa_flags: '',
    descriptor: 'UNCORRECTABLE_EVENT|THRESHOLD_EVENT',
    region: 'region0',
    hpa: '0x5d1221000',
  });
});

it('takes a field without a value for an empty one', () => {
  expect(traceEvents(text, 'cxl_poison')[0]?.get('region')).toBe('');
});

it('finds nothing of another name', () => expect(traceEvents(text, 'cxl')).toEqual([]));
