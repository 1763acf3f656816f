// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { isGeneric, isGenericInHang, plainName } from '../../harness/verdict/functions.ts';

describe('plainName', () => {
  it.each([
    ['nmi_cpu_backtrace.cold', 'nmi_cpu_backtrace'],
    ['dax_lock_entry.constprop.0', 'dax_lock_entry'],
    ['finish_task_switch.isra.0', 'finish_task_switch'],
    ['truncate_folio_batch_exceptionals.part.0.cold', 'truncate_folio_batch_exceptionals'],
    ['mf_dax_kill_procs', 'mf_dax_kill_procs'],
  ])('%s -> %s', (symbol, plain) => {
    expect(plainName(symbol)).toBe(plain);
  });
});

describe('isGeneric', () => {
  // What this tool is for must never be passed over.
  it.each([
    'dax_disassociate_entry',
    'dax_insert_entry',
    'dax_lock_folio',
    'dax_lock_mapping_entry',
    '__dax_invalidate_entry',
    'mf_dax_kill_procs',
    'memory_failure',
    'collect_procs_fsdax',
    'xfs_dax_notify_dev_failure',
    'xfs_dax_failure_fn',
    'pmem_do_write',
    'pmem_recovery_write',
    'pmem_clear_bb',
    'pmem_mkpage_present',
    'free_zone_device_folio',
    'memunmap_pages',
    'kill_dax',
    'dax_holder_notify_failure',
    'stripe_dax_direct_access',
    'linear_dax_recovery_write',
    'log_writes_dax_zero_page_range',
    'badblocks_check',
    'badblocks_set',
    'nfit_handle_mce',
    'unbind_store',
    'pagemap_pmd_range',
    'freeze_super',
    'dm_dax_recovery_write',
    'writecache_map',
    'set_mce_nospec',
    'proc_register',
    'truncate_inode_pages_range',
    'evict',
    'unmap_page_range',
    'zap_pte_range',
    'list_lru_add',
    'alloc_inode',
  ])('%s says something', (name) => {
    expect(isGeneric(name)).toBe(false);
  });

  it.each([
    '__memcpy_flushcache',
    'memcpy_orig',
    'copy_mc_to_kernel',
    '_copy_from_iter',
    'kfree',
    'kmem_cache_alloc',
    'dump_stack_lvl',
    'asm_exc_page_fault',
    'do_syscall_64',
    'entry_SYSCALL_64_after_hwframe',
    'ksys_write',
    'panic',
    'schedule',
    '__schedule',
    'io_schedule',
    '_raw_spin_lock',
    '_raw_spin_unlock_irq',
    'native_queued_spin_lock_slowpath',
    '__mutex_lock.constprop.0',
    'rwsem_down_write_slowpath',
    'wait_for_completion',
    'refcount_warn_saturate',
    'xas_load',
    'asm_sysvec_apic_timer_interrupt',
    'nmi_cpu_backtrace.cold',
    '__cond_resched',
    'pv_native_safe_halt',
    'ret_from_fork_asm',
    'kthread',
    'process_one_work',
    '__list_del_entry_valid_or_report',
    'kasan_report',
    'check_noncircular',
    'asswarn',
  ])('%s says nothing', (name) => {
    expect(isGeneric(name)).toBe(true);
  });

  it('passes over functions that lock or unlock in hangs only', () => {
    expect(isGenericInHang('dax_lock_mapping_entry')).toBe(true);
    expect(isGenericInHang('dax_unlock_folio')).toBe(true);
    expect(isGenericInHang('mf_dax_kill_procs')).toBe(false);
    expect(isGenericInHang('block_write_begin')).toBe(false);
    expect(isGenericInHang('xfs_buf_delwri_submit')).toBe(false);
  });
});
