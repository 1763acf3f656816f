/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plugin for QEMU's TCG: poison at physical addresses. A load from a listed 64-byte line, by any virtual address, holds
 * the CPU that made it and is reported to the harness over a unix socket. The CPU continues when the harness says so.
 *
 * Arguments: socket=PATH, where the plugin listens. One connection at a time. Little-endian 64-bit words:
 *   to the plugin:   1 COUNT LINE...   the whole list (addresses of lines, multiples of 64)
 *                    2                 the CPU that is held continues
 *   to the harness:  1 0 0 0 0                        the list is in force
 *                    2 CPU LINE VIRTUAL INSTRUCTION   a load, by the instruction at that address; the CPU is held
 *                    3 CPU LINE VIRTUAL INSTRUCTION   the kernel has stored to the line: it was removed from the list
 *
 * Debian has no package with the header for plugins, so what is used of include/qemu/qemu-plugin.h (7.2, in 11.1
 * include/plugins/qemu-plugin.h) is declared here. INTERFACE is its version: 1 up to QEMU 8.2, 2 from 9.0 (10.0 has 4 and takes 2),
 * 7 from 11.1, which takes no other.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
struct qemu_info_t;

uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
#if INTERFACE >= 7
typedef void (*tb_callback)(struct qemu_plugin_tb *tb, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_callback callback, void *data);
bool qemu_plugin_set_pc(uint64_t address);
#else
typedef void (*tb_callback)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_callback callback);
#endif
typedef void (*memory_callback)(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, memory_callback callback, int flags, int rw,
				      void *data);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t address);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address);
unsigned int qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = INTERFACE;

/* What the memory callback does with registers: nothing, or it writes the program counter (QEMU_PLUGIN_CB_RW_REGS_PC). */
#define REGISTERS (INTERFACE >= 7 ? 3 : 0)
/* Reads and writes: with reads alone QEMU 7.2 does not report plain loads. */
#define READS_AND_WRITES 3

#define LINE 64
#define MOST_LINES 4096
enum { SET_LIST = 1, GO_ON = 2, LIST_SET = 1, LOADED = 2, STORED = 3 };

/* Slots of a hash table with open addressing, a quarter full at most: each load of a guest looks here. */
#define SLOTS (4 * MOST_LINES)
/* No line has these addresses: they are no multiples of 64, or hold no memory of an NVDIMM. */
enum { EMPTY = 0, REMOVED = 1 };

struct list {
	/* Bits (address / 64) % 64 of the lines: most loads are done after this test, before their physical address is asked for. */
	uint64_t mask;
	uint64_t lowest, highest;
	uint64_t slots[SLOTS];
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int listener, host;
	/* The list in force, read without the lock, and the one that the next is made in. */
	struct list lists[2];
	struct list *list;
	/* A CPU is held. Only one is at a time. */
	bool held;
} poison = {
	.mutex = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
	.host = -1,
	.list = &poison.lists[0],
};

static bool transfer(int fd, void *data, size_t length, bool sending)
{
	char *at = data;

	while (length > 0) {
		ssize_t done = sending ? send(fd, at, length, MSG_NOSIGNAL) : read(fd, at, length);

		if (done <= 0)
			return false;
		at += done;
		length -= done;
	}
	return true;
}

/* The slot that holds a line, or the empty one where the search for it ends. */
static volatile uint64_t *slot_of(struct list *list, uint64_t line)
{
	/* Fibonacci hashing: the upper bits of the product. */
	uint64_t at = (line / LINE * 0x9e3779b97f4a7c15ULL) >> 32;

	while (list->slots[at % SLOTS] != EMPTY && list->slots[at % SLOTS] != line)
		at++;
	return &list->slots[at % SLOTS];
}

static bool is_listed(uint64_t line)
{
	struct list *list = __atomic_load_n(&poison.list, __ATOMIC_ACQUIRE);

	return line >= list->lowest && line <= list->highest && *slot_of(list, line) == line;
}

/* Puts a list in force; CPUs see the old one or the new one. With the lock held. */
static void put_in_force(const uint64_t *lines, uint64_t count)
{
	struct list *next = &poison.lists[poison.list == &poison.lists[0]];

	memset(next, 0, sizeof(*next));
	next->lowest = UINT64_MAX;
	for (uint64_t i = 0; i < count; i++) {
		*slot_of(next, lines[i]) = lines[i];
		next->mask |= 1ULL << (lines[i] / LINE % 64);
		if (lines[i] < next->lowest)
			next->lowest = lines[i];
		if (lines[i] > next->highest)
			next->highest = lines[i];
	}
	__atomic_store_n(&poison.list, next, __ATOMIC_RELEASE);
}

/* False when there was no reason to hold the CPU. */
static bool hold(unsigned int cpu, uint64_t line, uint64_t address, void *instruction)
{
	uint64_t message[] = { LOADED, cpu, line, address, (uintptr_t)instruction };
	bool reported = false;

	pthread_mutex_lock(&poison.mutex);
	while (poison.held)
		pthread_cond_wait(&poison.changed, &poison.mutex);
	/* While this CPU waited, the line may have been removed from the list. */
	if (is_listed(line) && poison.host >= 0 && transfer(poison.host, message, sizeof(message), true)) {
		poison.held = reported = true;
		while (poison.held)
			pthread_cond_wait(&poison.changed, &poison.mutex);
	}
	pthread_mutex_unlock(&poison.mutex);
	return reported;
}

/*
 * From 10.0 on a REP MOVS is a loop within one translation block (target/i386/tcg/translate.c:do_gen_rep). A machine check would be
 * taken after that block only, where no fixup of the kernel's copy applies. So the CPU leaves the block now, and the machine check
 * finds it at the instruction that loads.
 */
static void leave_block(void *instruction)
{
#if INTERFACE >= 7
	qemu_plugin_set_pc((uintptr_t)instruction);
#else
	(void)instruction;
#endif
}

/* The kernel's recovery writes whole lines through its own mapping. */
static void take_off(unsigned int cpu, uint64_t line, uint64_t address, void *instruction)
{
	uint64_t message[] = { STORED, cpu, line, address, (uintptr_t)instruction };

	pthread_mutex_lock(&poison.mutex);
	if (is_listed(line)) {
		*slot_of(poison.list, line) = REMOVED;
		if (poison.host >= 0)
			transfer(poison.host, message, sizeof(message), true);
	}
	pthread_mutex_unlock(&poison.mutex);
}

static void on_memory(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	uint64_t mask = __atomic_load_n(&poison.list, __ATOMIC_ACQUIRE)->mask;
	uint64_t last, physical, line;
	bool store = qemu_plugin_mem_is_store(info);
	struct qemu_plugin_hwaddr *where;

	/* A store by a process does not make the line good: poison stays. */
	if (__builtin_expect(mask == 0, 1) || (store && !(address >> 63)))
		return;
	/* Bits below 12 are the same in a virtual and a physical address. */
	last = address + (1u << qemu_plugin_mem_size_shift(info)) - 1;
	if (!(mask >> (address / LINE % 64) & 1) && !(mask >> (last / LINE % 64) & 1))
		return;
	where = qemu_plugin_get_hwaddr(info, address);
	if (!where || qemu_plugin_hwaddr_is_io(where))
		return;
	physical = qemu_plugin_hwaddr_phys_addr(where);
	for (line = physical / LINE * LINE; line <= physical + (last - address); line += LINE)
		if (is_listed(line)) {
			if (store)
				take_off(cpu, line, address, data);
			else if (hold(cpu, line, address, data))
				leave_block(data);
			return;
		}
}

static void instrument(struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		void *data = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);

		qemu_plugin_register_vcpu_mem_cb(insn, on_memory, REGISTERS, READS_AND_WRITES, data);
	}
}

#if INTERFACE >= 7
static void on_translation(struct qemu_plugin_tb *tb, void *data)
{
	(void)data;
	instrument(tb);
}
#else
static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	instrument(tb);
}
#endif

static void let_go(void)
{
	poison.held = false;
	pthread_cond_broadcast(&poison.changed);
}

static bool set_list(int host)
{
	static uint64_t lines[MOST_LINES];
	uint64_t answer[5] = { LIST_SET };
	uint64_t count;
	bool sent;

	if (!transfer(host, &count, sizeof(count), false) || count > MOST_LINES ||
	    !transfer(host, lines, count * sizeof(lines[0]), false))
		return false;
	pthread_mutex_lock(&poison.mutex);
	put_in_force(lines, count);
	sent = transfer(host, answer, sizeof(answer), true);
	pthread_mutex_unlock(&poison.mutex);
	return sent;
}

static void *serve(void *unused)
{
	(void)unused;
	for (;;) {
		int host = accept(poison.listener, NULL, NULL);
		uint64_t word;

		if (host < 0)
			continue;
		pthread_mutex_lock(&poison.mutex);
		poison.host = host;
		pthread_mutex_unlock(&poison.mutex);
		while (transfer(host, &word, sizeof(word), false)) {
			if (word == SET_LIST && !set_list(host))
				break;
			if (word == GO_ON) {
				pthread_mutex_lock(&poison.mutex);
				let_go();
				pthread_mutex_unlock(&poison.mutex);
			}
		}
		/* Without a connection nothing is poisoned and no CPU is held. */
		pthread_mutex_lock(&poison.mutex);
		poison.host = -1;
		put_in_force(NULL, 0);
		let_go();
		pthread_mutex_unlock(&poison.mutex);
		close(host);
	}
	return NULL;
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	pthread_t thread;

	(void)info;
	if (argc != 1 || strncmp(argv[0], "socket=", 7) != 0 || strlen(argv[0] + 7) >= sizeof(address.sun_path)) {
		fprintf(stderr, "poison plugin: it takes socket=PATH\n");
		return -1;
	}
	strcpy(address.sun_path, argv[0] + 7);
	poison.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (poison.listener < 0 || bind(poison.listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(poison.listener, 1) < 0 || pthread_create(&thread, NULL, serve, NULL) != 0) {
		perror("poison plugin");
		return -1;
	}
#if INTERFACE >= 7
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation, NULL);
#else
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
#endif
	return 0;
}
