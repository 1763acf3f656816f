// SPDX-License-Identifier: GPL-2.0-only
// Generic functions: those of a stack that do not show what went wrong, such as entry code, report code, helpers, allocators,
// the scheduler, locks. They are data, so a new one is one line.

/** `dax_lock_entry.constprop.0` -> `dax_lock_entry`: without the suffixes that differ between compilers. */
export function plainName(symbol: string): string {
  return symbol.replace(/(?:\.(?:cold|isra|part|constprop|llvm|localalias|lto_priv)(?:\.\d+)*)+$/, '');
}

/** Ways into the kernel and around it: syscall and interrupt entry, thread start. */
const entry = [
  /^(?:asm|sysvec|idtentry|exc|do)_(?:sysvec_|exc_)?(?:apic_timer|reschedule|call_function|irq_work|page_fault|general_protection|invalid_op|double_fault|divide_error|int3|nmi|machine_check)/,
  /^(?:asm|sysvec|exc|idtentry)_/,
  /^entry_SYSCALL|^do_syscall_|^x64_sys_call$|^__(?:x64|ia32|arm64|se)_sys_|^__?do_sys_|^ksys_|^syscall_|^invoke_syscall$|^proc_reg_(?:read|write)|^vfs_(?:read|write)$|^new_sync_|^kernfs_fop_|^sysfs_kf_|^el0|^el1/,
  /^ret_from_fork|^kthread$|^worker_thread$|^process_one_work$|^process_scheduled_works$|^kthreadd$/,
  /^(?:irqentry|irq)_(?:enter|exit)|^__irq_exit_rcu$|^__?do_softirq|^handle_softirqs|^common_interrupt|^call_on_irqstack|^exit_to_user_mode|^error_entry$|^error_return$|^restore_all|^secondary_startup|^start_secondary$|^cpu_startup_entry$|^do_idle$|^end_repeat_nmi$|^paranoid_|^nmi_restore$/,
];

/** Code that reports, traps or prints; it is on the stack because something was reported. */
const reporting = [
  /^(?:show_stack|show_regs|show_trace|__?dump_stack|dump_stack_lvl|dump_stack_print_info|dump_header)/,
  /^(?:__warn|__warn_printk|warn_slowpath|report_bug|handle_bug|__report_bug|panic|vpanic|nmi_panic|oops_|__die|die|die_addr|die_body|no_context|bad_area|page_fault_oops|kernelmode_fixup|page_fault_oops|bust_spinlocks|crash_kexec|__crash_kexec)/,
  /^(?:page_fault|do_page_fault|do_user_addr_fault|do_kern_addr_fault|spurious_kernel_fault|fixup_|search_exception|do_error_trap|do_trap|do_invalid_op|do_general_protection|do_int3|do_double_fault|invalid_op|general_protection|do_machine_check|mce_panic|mce_end|math_error|handle_stack_overflow)/,
  /^(?:kasan|__kasan|__asan|kmsan|__msan|kcsan|__kcsan|__tsan|kfence|__kfence|ubsan|__ubsan|print_report|print_address|end_report|check_memory_region|kasan_report)/,
  /^(?:lockdep|__lockdep|lock_acquire|lock_release|__lock_acquire|__lock_release|validate_chain|check_prev|check_noncircular|check_deadlock|print_circular|print_usage|print_irq|print_deadlock|print_bad|mark_lock|mark_usage|check_irq|check_usage|print_|debug_check_no_locks|debug_locks_off|__might_sleep|__might_resched|__might_fault|__schedule_bug|lock_is_held|rcu_lockdep)/,
  /^(?:refcount_warn_saturate|__list_(?:add|del).*|list_(?:add|del)_.*(?:report|valid)|__?debug_(?:check|object|print|spin|mutex)|sysfs_warn_dup|sysfs_create_dir_ns|assfail|asswarn|xfs_stack_trace|xfs_error_report|xfs_corruption_error|bad_page|free_page_is_bad|check_new_page|dump_page|print_bad_pte|slab_err|object_err|slab_bug|print_trailer|usercopy_abort|__stack_chk_fail|fortify_panic|__fortify_panic|stackleak_|kmem_cache_debug)/,
  /^(?:nmi_|__nmi|default_do_nmi|perf_event_nmi|watchdog_|__?hrtimer_|hrtimer_|tick_|update_process_times|timekeeping_|local_apic_timer|__sysvec_|rcu_(?:check_gp|dump|sched_clock|stall|pending|implicit|exp_)|print_cpu_stall|print_other_cpu_stall|trigger_|arch_trigger|sched_show_task|dump_cpu_task|dump_blkd|run_timer|__run_timer|call_timer|expire_timer|check_hung|scheduler_tick|sched_tick|handle_sysrq|__handle_sysrq|sysrq_|write_sysrq|showacpu|show_state_filter|csd_|generic_smp_call|__flush_smp_call|flush_smp_call)/,
];

/** Small helpers, copy functions and allocators: used everywhere, and seldom at fault themselves. */
const helpers = [
  /^(?:__)?(?:memcpy|memset|memmove|memcmp|memchr|memscan|strlen|strcmp|strncmp|strcpy|strncpy|strlcpy|strscpy|strnlen|strchr|strstr|strcat|strim)(?:_|$)/,
  /^(?:memcpy|memset|memmove|clear|copy)_(?:orig|erms|page|user|mc|flushcache)/,
  /^(?:__|_|raw)?_?copy_(?:to|from|in)_|^_?copy_(?:to|from)_iter|^_copy_|^copy_(?:mc|user|page|highpage|safe)|^rep_movs|^rep_stos|^clear_(?:user|page|huge)|^__(?:memcpy|copy_user)_|^csum_|^arch_wb_cache|^clean_cache_range|^clflush|^iov_iter|^iterate_|^memcpy_|^get_user|^put_user|^__(?:get|put)_user/,
  /^(?:__)?(?:k|kv|kz|kvz|v|vz)(?:malloc|zalloc|calloc|alloc|free|realloc|memdup)(?:_|$)/,
  /^(?:__)?k?mem_cache_|^kmem_|^mempool_|^slab_|^__slab|^___slab|^new_slab|^allocate_slab|^do_slab_free|^(?:__)?alloc_pages|^alloc_frozen_pages|^__?free_(?:pages|one_page|unref|frozen)|^free_(?:unref|frozen|one_page|pcp)|^get_page_from_freelist|^rmqueue|^prep_new_page/,
  /^xa_(?:load|store|erase|find)$|^xas_|^radix_tree|^idr_|^mas_|^rb_|^__rb_|^bitmap_|^_?find_(?:next|first|last)_|^(?:list|llist|hlist)_(?:add|del|move|splice)|^kref_|^refcount_|^percpu_ref|^kobject_(?:add|init)|^rcu_|^__rcu_|^srcu_|^__srcu_/,
  /^preempt_|^__preempt|^__fentry__|^ftrace_|^__x86_|^__SC[TK]__|^__pfx_|^static_call|^srso_|^retbleed_|^zen_untrain/,
];

/** Where a task sleeps, waits for a lock or holds one, and idle code. */
const waiting = [
  /^(?:__)?(?:io_)?schedule(?:_|$)|^preempt_schedule|^__cond_resched|^_?cond_resched|^__schedule|^schedule_|^yield|^do_nanosleep|^hrtimer_nanosleep|^usleep|^msleep|^context_switch|^finish_task_switch|^__switch_to/,
  /^_?_?raw_(?:spin|read|write)_|^_?spin_|^queued_(?:spin|read|write)|^native_queued_|^pv_queued|^__pv_queued|^pv_|^native_|^virt_|^mutex_|^__mutex|^ww_mutex|^rt_mutex|^__rt_mutex|^rtlock|^rwsem_|^down(?:_|$)|^__down|^up(?:_|$)|^__up|^percpu_(?:down|up|rwsem)|^__percpu|^osq_|^mcs_|^lockref_|^bit_wait|^__wait_on|^wait_on_|^out_of_line_wait|^wait_for_|^__wait_for|^do_wait_for|^wait_event|^prepare_to_wait|^finish_wait|^autoremove_wake|^__wake_up|^wake_up|^try_to_wake|^complete(?:_|$)|^wait_woken|^folio_wait|^folio_lock|^__folio_lock|^jbd2_log_wait|^flush_work|^__flush_work|^flush_workqueue|^__flush_workqueue|^synchronize_|^__synchronize|^rcu_barrier|^blk_mq_freeze_queue_wait|^submit_bio_wait|^blk_wait_io|^smp_call_function|^on_each_cpu|^cpu_relax|^default_idle|^arch_cpu_idle|^acpi_idle|^acpi_safe_halt|^cpuidle|^intel_idle|^mwait_idle|^delay_|^__delay|^__?udelay|^__const_udelay/,
];

/** Functions that take or drop a lock: on the stack of a running task the loop calls them, they are not the loop. */
const locking = [/(?:^|_)(?:try|un)?lock(?:ed)?(?:_|$)/];

function inAny(tables: readonly RegExp[][], name: string): boolean {
  const plain = plainName(name);
  return tables.some((table) => table.some((pattern) => pattern.test(plain)));
}

/** True for a function that does not explain a crash: it only traps, reports, copies, allocates or waits. */
export function isGeneric(name: string): boolean {
  return inAny([entry, reporting, helpers, waiting], name);
}

/**
 * True for a function that does not explain a hang: all of `isGeneric`, and functions that take or drop locks. A task in an
 * endless loop is most often seen at the lock that its loop takes and drops.
 */
export function isGenericInHang(name: string): boolean {
  return isGeneric(name) || inAny([locking], name);
}
