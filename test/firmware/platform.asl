// SPDX-License-Identifier: GPL-2.0-only
//
// A stand-in for QEMU's DSDT and its NVDIMM table, for acpiexec: two DIMMs, listed in reverse as QEMU may do, of 1 GiB
// each from 4 GiB and from 5 GiB on, in slots 0 and 1, each with a label area of 8 KiB; and what the firmware under test
// calls in QEMU's tables.

DefinitionBlock ("", "DSDT", 1, "HAZMAT", "PLATFORM", 0x00000001)
{
  External (\_SB.NVAR._DSM, MethodObj)

  // Function Arg0 with inputs that cannot be typed to acpiexec: no buffer at all, and an empty one.
  Method (\NONE, 1) { Return (\_SB.NVAR._DSM (ToUUID ("2f10e7a4-9e91-11e4-89d3-123b93f75cba"), One, Arg0, Package (Zero) {})) }
  Method (\VOID, 1)
  {
    Local0 = Package (One) {Zero}
    Local0 [Zero] = Buffer (Zero) {}
    Return (\_SB.NVAR._DSM (ToUUID ("2f10e7a4-9e91-11e4-89d3-123b93f75cba"), One, Arg0, Local0))
  }

  Device (\_SB.NVDR)
  {
    Name (_HID, "ACPI0012")
    Name (LSA0, Buffer (8192) {})
    Name (LSA1, Buffer (8192) {})

    Method (_FIT, 0, Serialized)
    {
      Return (Buffer ()
      {
        // SPA range structure 3: 5 GiB, 1 GiB.
        0,0, 56,0, 3,0, 3,0, 0,0,0,0, 0,0,0,0, 0x79,0xd3,0xf0,0x66, 0xf3,0xb4, 0x74,0x40, 0xac,0x43,0x0d,0x33,0x18,0xb7,0x8c,0xdb,
        0,0,0,0x40,1,0,0,0, 0,0,0,0x40,0,0,0,0, 8,0x80,0,0,0,0,0,0,
        // Memory device mapping: handle 2, SPA range 3.
        1,0, 48,0, 2,0,0,0, 1,0, 0,0, 3,0, 5,0, 0,0,0,0x40,0,0,0,0, 0,0,0,0,0,0,0,0, 0,0,0,0,0,0,0,0, 0,0, 1,0, 0,0, 0,0,
        // SPA range structure 2: 4 GiB, 1 GiB.
        0,0, 56,0, 2,0, 3,0, 0,0,0,0, 0,0,0,0, 0x79,0xd3,0xf0,0x66, 0xf3,0xb4, 0x74,0x40, 0xac,0x43,0x0d,0x33,0x18,0xb7,0x8c,0xdb,
        0,0,0,0,1,0,0,0, 0,0,0,0x40,0,0,0,0, 8,0x80,0,0,0,0,0,0,
        // Memory device mapping: handle 1, SPA range 2.
        1,0, 48,0, 1,0,0,0, 0,0, 0,0, 2,0, 3,0, 0,0,0,0x40,0,0,0,0, 0,0,0,0,0,0,0,0, 0,0,0,0,0,0,0,0, 0,0, 1,0, 0,0, 0,0
      })
    }

    // Arg2: function; Arg3: package of the input; Arg4: handle.
    Method (NCAL, 5, Serialized)
    {
      If (Arg2 == 4) { Return (Buffer () {0,0,0,0, 0,0x20,0,0, 0xE8,0x0F,0,0}) }
      Local0 = DerefOf (Arg3 [Zero])
      CreateDWordField (Local0, 0, OFFS)
      CreateDWordField (Local0, 4, LENG)
      If (Arg4 == One) { Local1 = RefOf (LSA0) } Else { Local1 = RefOf (LSA1) }
      CreateField (DerefOf (Local1), OFFS << 3, LENG << 3, AREA)
      If (Arg2 == 5)
      {
        Name (DATA, Buffer (4 + LENG) {})
        CreateField (DATA, 32, LENG << 3, BODY)
        BODY = AREA
        Return (DATA)
      }
      If (Arg2 == 6)
      {
        CreateField (Local0, 64, LENG << 3, INPT)
        AREA = INPT
        Return (Buffer (4) {})
      }
      Return (Buffer (4) {1})
    }
  }
}
