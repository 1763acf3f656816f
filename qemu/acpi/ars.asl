// SPDX-License-Identifier: GPL-2.0-only
//
// Address Range Scrub for QEMU's NVDIMMs.
//
// QEMU's own NVDIMM root device (\_SB.NVDR) has no functions for media errors: `ndctl inject-error` finds nothing to
// call, and a recovery write fails because Clear Uncorrectable Error does. This table, added with -acpitable, hides that
// device and defines another one, which forwards what QEMU implements (_FIT, the DIMMs' labels) and adds the rest
// ("NVDIMM Root Device _DSMs" in the ACPI specification, 6.2 and later).
//
// It does not depend on the machine: the addresses of the DIMMs are read from _FIT. One table serves pc and q35, any
// memory size, and up to 8 slots.
//
// The list of poisoned ranges is in the last 4 KiB of each DIMM's label area, which the guest does not see (so
// label-size=132K gives the guest 128 KiB). QEMU keeps the label area at the end of the backing file, so poison is saved
// with the image, and a host program can read and write it (test/firmware/ars-store.ts). Little-endian:
//
//     "ARS1"  u32 count  u32 0  u32 0  then count times  { u32 first, u32 units }
//
// in units of 256 bytes from the start of the DIMM, in order, with good units between any two records. Every call reads
// the list again, so the host may write it while the guest runs.
//
// Two rules for changes:
//  - Integers have 32 bits: their width comes from the DSDT's revision, and QEMU's is 1. Addresses are therefore counted
//    in units of 256 bytes, and only addresses below 512 GiB are supported, so that sums of two such numbers cannot wrap.
//  - `&&` and `||` evaluate both sides.

// (iasl reads a comment after a #define as a part of it.)
#define SLOTS        8

// The store: offset of the first record; its length, with room for 254 records, because QEMU's label functions move less
// than 4 KiB at a time; bytes taken from the end of the label area.
#define RECORDS_AT   16
#define RECORDS_END  2048
// Errors that are injected fill half of it, 127 records: a write that clears a part of a range splits it in two, and the
// kernel would report that as an I/O error if there were no room.
#define INJECT_END   1032
#define RESERVED     4096
#define MAGIC        0x31535241

// Upper half of an address or a length that is not supported: 512 GiB.
#define TOO_HIGH     128

// No answer is longer: 8 + SLOTS * 254 * 16 (function 9).
#define OUTPUT_MAX   32768

// No slot.
#define NOWHERE      0xFF

// With FEW (iasl -D) this is ars-few: an answer of function 3 has room for so many bad ranges. The scrub stops where the next one
// begins, and says that its answer is full.
#ifdef FEW
#define STATUS_MOST  2
#endif

// Status of a _DSM.
#define DONE         0
#define UNSUPPORTED  1
#define INVALID      2
#define FAILED       3

#define BUS_DSM      ToUUID ("2f10e7a4-9e91-11e4-89d3-123b93f75cba")
#define DIMM_DSM     ToUUID ("4309ac30-0d11-11e4-9191-0800200c9a66")

DefinitionBlock ("", "SSDT", 1, "HAZMAT", "NVDIMARS", 0x00000001)
{
  External (\_SB.NVDR, DeviceObj)
  External (\_SB.NVDR._FIT, MethodObj)
  // QEMU's _DSM of all DIMMs: the four arguments of a _DSM, and the DIMM's handle (its slot + 1).
  External (\_SB.NVDR.NCAL, MethodObj, , {BuffObj, IntObj, IntObj, PkgObj, IntObj})

  // Not present, so that no driver binds to it; its methods can still be called.
  Scope (\_SB.NVDR) { Name (_STA, Zero) }

  Device (\_SB.NVAR)
  {
    Name (_HID, "ACPI0012")

    // Per slot: where its SPA range structure is in FITB; first unit and number of units (0: not served); where its
    // records are in its label area.
    Name (SPAO, Package (SLOTS) {Ones, Ones, Ones, Ones, Ones, Ones, Ones, Ones})
    Name (BASE, Package (SLOTS) {0, 0, 0, 0, 0, 0, 0, 0})
    Name (SIZE, Package (SLOTS) {0, 0, 0, 0, 0, 0, 0, 0})
    Name (STOR, Package (SLOTS) {0, 0, 0, 0, 0, 0, 0, 0})

    Name (FITB, Buffer (Zero) {})   // what QEMU's _FIT returned
    Name (RECS, Buffer (Zero) {})   // the store of the DIMM at hand
    Name (OUTB, Buffer (Zero) {})   // a long answer while it is being written

    // The scrub that was started last: slot, first unit, units, type.
    Name (ASLT, NOWHERE)
    Name (ABAS, Zero)
    Name (ALEN, Zero)
    Name (ATYP, Zero)

    // ---- numbers in buffers

    // The little-endian number of Arg2 bytes at offset Arg1 of buffer Arg0.
    Method (NUMB, 3) { Return (ToInteger (Mid (Arg0, Arg1, Arg2))) }

    // Writes Arg2 as 4 bytes at offset Arg1 of buffer Arg0.
    Method (PUTD, 3, Serialized) { CreateDWordField (Arg0, Arg1, VALU) VALU = Arg2 }

    // Writes Arg2 units as 8 bytes that count bytes at offset Arg1 of buffer Arg0.
    Method (PUTU, 3)
    {
      PUTD (Arg0, Arg1, Arg2 << 8)
      PUTD (Arg0, Arg1 + 4, Arg2 >> 24)
    }

    // The 8 bytes at offset Arg1 of buffer Arg0, which count bytes, in units, rounded down. Good below TOO_HIGH.
    Method (UNIT, 2) { Return ((NUMB (Arg0, Arg1, 4) >> 8) | (NUMB (Arg0, Arg1 + 4, 4) << 24)) }

    // ---- where the DIMMs are

    // Offset in FITB of the SPA range structure (type 0) with index Arg0; Ones if there is none.
    Method (SPAF, 1)
    {
      Local0 = Zero
      While ((Local0 + 4) <= SizeOf (FITB))
      {
        Local1 = NUMB (FITB, Local0 + 2, 2)
        If (Local1 < 4) { Break }
        If (NUMB (FITB, Local0, 2) == Zero)
        {
          If (NUMB (FITB, Local0 + 4, 2) == Arg0) { Return (Local0) }
        }
        Local0 += Local1
      }
      Return (Ones)
    }

    // Notes where the DIMM of slot Arg0 is, whose SPA range structure is at offset Arg1 of FITB.
    Method (NOTE, 2)
    {
      SPAO [Arg0] = Arg1
      SIZE [Arg0] = Zero
      If ((NUMB (FITB, Arg1 + 36, 4) >= TOO_HIGH) || (NUMB (FITB, Arg1 + 44, 4) >= TOO_HIGH)) { Return (Zero) }
      Local0 = LABL (Arg0, 4, Buffer (Zero) {})       // Get Label Data Size: status, size, longest transfer
      If (SizeOf (Local0) < 12) { Return (Zero) }
      If (NUMB (Local0, Zero, 4) || (NUMB (Local0, 4, 4) <= RESERVED)) { Return (Zero) }
      STOR [Arg0] = NUMB (Local0, 4, 4) - RESERVED
      BASE [Arg0] = UNIT (FITB, Arg1 + 32)
      SIZE [Arg0] = UNIT (FITB, Arg1 + 40)
      Return (One)
    }

    // Reads QEMU's _FIT: each memory device mapping (type 1) names a DIMM's handle and its SPA range.
    Method (SCAN, 0, Serialized)
    {
      CopyObject (\_SB.NVDR._FIT (), FITB)
      Local0 = Zero
      While ((Local0 + 4) <= SizeOf (FITB))
      {
        Local1 = NUMB (FITB, Local0 + 2, 2)
        If (Local1 < 4) { Break }
        If (NUMB (FITB, Local0, 2) == One)
        {
          Local2 = NUMB (FITB, Local0 + 4, 4) - One
          Local3 = SPAF (NUMB (FITB, Local0 + 12, 2))
          If ((Local2 < SLOTS) && (Local3 != Ones)) { NOTE (Local2, Local3) }
        }
        Local0 += Local1
      }
    }

    // QEMU lists its DIMMs in the order of a hash table, and the kernel numbers regions in the order of _FIT. Here the SPA
    // ranges come first, in the order of the slots, so that region N, and with it pmemN, is the DIMM in slot N.
    Method (_FIT, 0, Serialized)
    {
      SCAN ()
      Local0 = Buffer (Zero) {}
      Local1 = Zero
      While (Local1 < SLOTS)
      {
        Local2 = DerefOf (SPAO [Local1])
        If (Local2 != Ones) { Concatenate (Local0, Mid (FITB, Local2, NUMB (FITB, Local2 + 2, 2)), Local0) }
        Local1++
      }
      Local1 = Zero
      While ((Local1 + 4) <= SizeOf (FITB))
      {
        Local2 = NUMB (FITB, Local1 + 2, 2)
        If (Local2 < 4) { Break }
        If (NUMB (FITB, Local1, 2)) { Concatenate (Local0, Mid (FITB, Local1, Local2), Local0) }
        Local1 += Local2
      }
      Return (Local0)
    }

    // The slot whose DIMM holds Arg1 units from unit Arg0 on, or NOWHERE.
    Method (FIND, 2)
    {
      Local0 = Zero
      While (Local0 < SLOTS)
      {
        Local1 = DerefOf (BASE [Local0])
        Local2 = Local1 + DerefOf (SIZE [Local0])
        If ((Arg0 >= Local1) && ((Arg0 + Arg1) <= Local2)) { Return (Local0) }
        Local0++
      }
      Return (NOWHERE)
    }

    // ---- the store

    // Label function Arg1 (4 size, 5 read, 6 write) of the DIMM in slot Arg0 with input Arg2, answered by QEMU.
    Method (LABL, 3)
    {
      Local0 = Package (One) {Zero}
      Local0 [Zero] = Arg2
      Return (\_SB.NVDR.NCAL (DIMM_DSM, One, Arg1, Local0, Arg0 + One))
    }

    // Reads the store of slot Arg0 into RECS; returns the number of records. Anything that is no store is an empty one.
    Method (LDST, 1)
    {
      Local0 = Buffer (8) {}
      PUTD (Local0, Zero, DerefOf (STOR [Arg0]))
      PUTD (Local0, 4, RECORDS_END)
      Local1 = LABL (Arg0, 5, Local0)                 // status, data
      If (SizeOf (Local1) == (4 + RECORDS_END))
      {
        CopyObject (Mid (Local1, 4, RECORDS_END), RECS)
        Local2 = NUMB (RECS, 4, 4)
        If ((NUMB (Local1, Zero, 4) == DONE) && (NUMB (RECS, Zero, 4) == MAGIC))
        {
          If (Local2 <= ((RECORDS_END - RECORDS_AT) >> 3)) { Return (Local2) }
        }
      }
      CopyObject (Buffer (RECORDS_END) {}, RECS)
      PUTD (RECS, Zero, MAGIC)
      Return (Zero)
    }

    // Writes RECS to the store of slot Arg0; returns QEMU's status.
    Method (SVST, 1)
    {
      Local0 = Buffer (8) {}
      PUTD (Local0, Zero, DerefOf (STOR [Arg0]))
      PUTD (Local0, 4, SizeOf (RECS))
      Return (NUMB (LABL (Arg0, 6, Concatenate (Local0, RECS)), Zero, 4))
    }

    // First unit of record Arg0 of RECS, and the first unit behind it.
    Method (RECF, 1) { Return (NUMB (RECS, RECORDS_AT + (Arg0 << 3), 4)) }
    Method (RECE, 1) { Return (RECF (Arg0) + NUMB (RECS, RECORDS_AT + 4 + (Arg0 << 3), 4)) }

    // The record of units Arg0 to Arg1, or an empty buffer when there are none.
    Method (RECO, 2)
    {
      If (Arg0 >= Arg1) { Return (Buffer (Zero) {}) }
      Local0 = Buffer (8) {}
      PUTD (Local0, Zero, Arg0)
      PUTD (Local0, 4, Arg1 - Arg0)
      Return (Local0)
    }

    // Makes Arg2 units from unit Arg1 on, in slot Arg0, bad (Arg3 is One) or good (Zero). Returns DONE, or FAILED with
    // nothing changed when there is no room for the records.
    Method (EDIT, 4)
    {
      Local0 = LDST (Arg0)
      Arg1 -= DerefOf (BASE [Arg0])
      Arg2 += Arg1                                    // from now on: the end

      // Records from Local1 to before Local2 overlap or touch the range; with it they are units Local3 to Local4.
      Local1 = Zero
      Local2 = Local0
      While (Local1 < Local2)                         // the first one that does not end before the range
      {
        Local3 = (Local1 + Local2) >> 1
        If (RECE (Local3) < Arg1) { Local1 = Local3 + One } Else { Local2 = Local3 }
      }
      Local3 = Arg1
      Local4 = Arg2
      While (Local2 < Local0)
      {
        Local5 = RECF (Local2)
        If (Local5 > Arg2) { Break }
        If (Local5 < Local3) { Local3 = Local5 }
        Local5 = RECE (Local2)
        If (Local5 > Local4) { Local4 = Local5 }
        Local2++
      }

      // What takes their place.
      If (Arg3) { Local5 = RECO (Local3, Local4) }
      Else
      {
        If (Local1 == Local2) { Return (DONE) }       // nothing there was bad
        Local5 = Concatenate (RECO (Local3, Arg1), RECO (Arg2, Local4))
      }
      Concatenate (Mid (RECS, Zero, RECORDS_AT + (Local1 << 3)), Local5, Local5)
      Concatenate (Local5, Mid (RECS, RECORDS_AT + (Local2 << 3), (Local0 - Local2) << 3), Local5)
      If (SizeOf (Local5) > RECORDS_END) { Return (FAILED) }
      If (Arg3 && (SizeOf (Local5) > INJECT_END) && (SizeOf (Local5) > (RECORDS_AT + (Local0 << 3)))) { Return (FAILED) }
      PUTD (Local5, 4, (SizeOf (Local5) - RECORDS_AT) >> 3)
      CopyObject (Local5, RECS)
      If (SVST (Arg0)) { Return (FAILED) }
      Return (DONE)
    }

    // ---- the functions with long answers

    // 3, Query ARS Status: a scrub is over as soon as it is started.
    Method (STAT, 0)
    {
      If (ASLT == NOWHERE)
      {
        Local0 = Buffer (48) {}
        PUTD (Local0, Zero, 0x00020000)               // no scrub since boot
        PUTD (Local0, 4, 48)
        Return (Local0)
      }
      Local0 = LDST (ASLT)
      Local1 = DerefOf (BASE [ASLT])
      Local2 = Zero
      Local3 = 48
      CopyObject (Buffer (48 + (24 * Local0)) {}, OUTB)
#ifdef FEW
      Local6 = ABAS + ALEN                            // where the scrub ended
#endif
      While (Local2 < Local0)
      {
        Local4 = Local1 + RECF (Local2)
        Local5 = Local1 + RECE (Local2)
        If ((Local4 < (ABAS + ALEN)) && (Local5 > ABAS))
        {
#ifdef FEW
          If (Local3 == (48 + (24 * STATUS_MOST)))
          {
            Local6 = Local4
            Break
          }
#endif
          PUTD (OUTB, Local3, ASLT + One)
          PUTU (OUTB, Local3 + 8, Local4)
          PUTU (OUTB, Local3 + 16, Local5 - Local4)
          Local3 += 24
        }
        Local2++
      }
      PUTD (OUTB, 4, Local3)
      PUTU (OUTB, 8, ABAS)
      PUTU (OUTB, 16, ALEN)
      PUTD (OUTB, 40, ATYP)
#ifdef FEW
      If (Local6 != (ABAS + ALEN))
      {
        PUTD (OUTB, Zero, 0x00030000)                 // stopped
        PUTU (OUTB, 16, Local6 - ABAS)
        PUTU (OUTB, 24, Local6)                       // where to go on
        PUTU (OUTB, 32, ABAS + ALEN - Local6)
        PUTD (OUTB, 40, ATYP | 0x00010000)            // for want of room
      }
#endif
      Divide (Local3 - 48, 24, , Local4)
      PUTD (OUTB, 44, Local4)
      Return (Mid (OUTB, Zero, Local3))
    }

    // 9, ARS Error Inject Status Query: all that is bad, in all slots.
    Method (INJD, 0)
    {
      CopyObject (Buffer (OUTPUT_MAX) {}, OUTB)
      Local0 = Zero
      Local1 = 8
      While (Local0 < SLOTS)
      {
        If (DerefOf (SIZE [Local0]))
        {
          Local2 = LDST (Local0)
          Local3 = Zero
          While (Local3 < Local2)
          {
            Local4 = RECF (Local3)
            PUTU (OUTB, Local1, DerefOf (BASE [Local0]) + Local4)
            PUTU (OUTB, Local1 + 8, RECE (Local3) - Local4)
            Local1 += 16
            Local3++
          }
        }
        Local0++
      }
      PUTD (OUTB, 4, (Local1 - 8) >> 4)
      Return (Mid (OUTB, Zero, Local1))
    }

    // Length of the answer of each function that is about a range; 0 for the others.
    Name (OUTL, Package (10) {0, 16, 8, 0, 16, 36, 0, 4, 4, 0})

    Method (_DSM, 4, Serialized)
    {
      If (Arg0 != BUS_DSM) { Return (Buffer (One) {Zero}) }
      If (Arg2 == Zero) { Return (Buffer () {0xBF, 0x03}) }
      If (SizeOf (FITB) == Zero) { SCAN () }
      If (Arg2 == 3) { Return (STAT ()) }
      If (Arg2 == 9) { Return (INJD ()) }
      If (Arg2 > 9) { Return (Buffer (4) {UNSUPPORTED}) }
      Local6 = DerefOf (OUTL [Arg2])
      If (Local6 == Zero) { Return (Buffer (4) {UNSUPPORTED}) }
      Local7 = Buffer (Local6) {}                     // the answer

      // The input is a package of one buffer: address, length (8 bytes each), and up to 8 bytes more.
      Local6 = Buffer (24) {}
      If (ObjectType (Arg3) == 4)
      {
        If (SizeOf (Arg3))
        {
          Local5 = DerefOf (Arg3 [Zero])
          If (ObjectType (Local5) == 3) { Local6 = Mid (Concatenate (Local5, Local6), Zero, 24) }
        }
      }
      If (Arg2 == 5) { PUTU (Local6, 8, Zero) PUTD (Local6, 8, One) }     // a bare address

      // Local0: slot; Local1: first unit; Local2: units, all that the range reaches into.
      Local0 = NOWHERE
      Local3 = NUMB (Local6, Zero, 4)
      Local4 = NUMB (Local6, 8, 4)
      Local5 = NUMB (Local6, 12, 4)
      If ((NUMB (Local6, 4, 4) < TOO_HIGH) && (Local5 < TOO_HIGH) && (Local4 || Local5))
      {
        Local1 = UNIT (Local6, Zero)
        Local2 = UNIT (Local6, 8) + (((Local3 & 255) + (Local4 & 255) + 255) >> 8)
        Local0 = FIND (Local1, Local2)
      }
      If (Local0 == NOWHERE)
      {
        PUTD (Local7, Zero, INVALID)
        Return (Local7)
      }

      If (Arg2 == 1) // Query ARS Capabilities
      {
        PUTD (Local7, Zero, 0x00020000)               // scrubs persistent memory
        PUTD (Local7, 4, OUTPUT_MAX)
        PUTD (Local7, 8, 256)                         // unit of clearing
      }
      If (Arg2 == 2) // Start ARS
      {
        ASLT = Local0
        ABAS = Local1
        ALEN = Local2
        ATYP = NUMB (Local6, 16, 2)
      }
      If (Arg2 == 4) // Clear Uncorrectable Error: whole units only
      {
        If ((Local3 | Local4) & 255) { PUTD (Local7, Zero, INVALID) Return (Local7) }
        If (EDIT (Local0, Local1, Local2, Zero)) { PUTD (Local7, Zero, FAILED) Return (Local7) }
        PUTU (Local7, 8, Local2)                      // cleared
      }
      If (Arg2 == 5) // Translate SPA
      {
        PUTD (Local7, 8, 256)                         // bytes that this is true of
        PUTD (Local7, 16, One)                        // one DIMM
        PUTD (Local7, 20, Local0 + One)
        Local1 -= DerefOf (BASE [Local0])
        PUTU (Local7, 28, Local1)
        PUTD (Local7, 28, (Local1 << 8) | (Local3 & 255))
      }
      // ndctl takes any status but 1 and 2 of these two for success: no room is INVALID.
      If (Arg2 == 7) // ARS Error Inject
      {
        If (EDIT (Local0, Local1, Local2, One)) { Return (Buffer (4) {INVALID}) }
        If (NUMB (Local6, 16, 1) & One) { Notify (\_SB.NVAR, 0x81) }     // Unconsumed Uncorrectable Memory Error
      }
      If (Arg2 == 8) // ARS Error Inject Clear
      {
        If (EDIT (Local0, Local1, Local2, Zero)) { Return (Buffer (4) {INVALID}) }
      }
      Return (Local7)
    }

    // ---- the DIMMs

    // A DIMM's _DSM is QEMU's; but its label area ends before the store. Arg4: handle.
    Method (DDSM, 5)
    {
      Local0 = \_SB.NVDR.NCAL (Arg0, Arg1, Arg2, Arg3, Arg4)
      If ((Arg0 == DIMM_DSM) && (Arg2 == 4) && (SizeOf (Local0) >= 12))
      {
        Local1 = NUMB (Local0, 4, 4)
        If (Local1 > RESERVED) { PUTD (Local0, 4, Local1 - RESERVED) }
      }
      Return (Local0)
    }

    Device (NV00) { Name (_ADR, 1) Method (_DSM, 4) { Return (DDSM (Arg0, Arg1, Arg2, Arg3, 1)) } }
    Device (NV01) { Name (_ADR, 2) Method (_DSM, 4) { Return (DDSM (Arg0, Arg1, Arg2, Arg3, 2)) } }
    Device (NV02) { Name (_ADR, 3) Method (_DSM, 4) { Return (DDSM (Arg0, Arg1, Arg2, Arg3, 3)) } }
    Device (NV03) { Name (_ADR, 4) Method (_DSM, 4) { Return (DDSM (Arg0, Arg1, Arg2, Arg3, 4)) } }
    Device (NV04) { Name (_ADR, 5) Method (_DSM, 4) { Return (DDSM (Arg0, Arg1, Arg2, Arg3, 5)) } }
    Device (NV05) { Name (_ADR, 6) Method (_DSM, 4) { Return (DDSM (Arg0, Arg1, Arg2, Arg3, 6)) } }
    Device (NV06) { Name (_ADR, 7) Method (_DSM, 4) { Return (DDSM (Arg0, Arg1, Arg2, Arg3, 7)) } }
    Device (NV07) { Name (_ADR, 8) Method (_DSM, 4) { Return (DDSM (Arg0, Arg1, Arg2, Arg3, 8)) } }
  }
}
