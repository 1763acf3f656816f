// SPDX-License-Identifier: GPL-2.0-only
//
// A hardware error device (PNP0C33, ACPI 6.5, 18.3.2.6.2) that is told of errors through an interrupt, for the error
// source of the HEST whose notification is SCI: QEMU has no general-purpose event to spare, so a generic event device
// stands in for one. Its interrupt is harness/firmware/mailbox.ts:interruptPins.sci.

DefinitionBlock ("", "SSDT", 1, "HAZMAT", "HARDWERR", 0x00000001)
{
  Scope (\_SB)
  {
    Device (HHED)
    {
      Name (_HID, EisaId ("PNP0C33"))
      Name (_STA, 0x0F)
    }

    Device (HGED)
    {
      Name (_HID, "ACPI0013")
      Name (_UID, 7)
      Name (_CRS, ResourceTemplate ()
      {
        Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 6 }
      })
      Method (_EVT, 1, Serialized) { Notify (HHED, 0x80) }
    }
  }
}
