/* SPDX-License-Identifier: GPL-2.0-only */
/* What PID 1 of the guest does before it listens: file systems, the loopback device, modules, the port. */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/clock.h"
#include "../base/die.h"
#include "../base/io.h"
#include "../base/json.h"
#include "../base/names.h"
#include "modules.h"
#include "port.h"

#define AGENT_PORT "hazmat.agent"
#define EARLY_MODULES "/etc/hazmat/modules.early"
/* The port appears some milliseconds after its driver; on a slow host much later. */
#define PORT_WAIT_US 30000000
#define CONSOLE_LOG_LEVEL 3
#define SYSLOG_ACTION_CONSOLE_LEVEL 8

static const struct {
	const char *type, *at, *options;
	bool needed;
} mounts[] = {
	{ "devtmpfs", "/dev", NULL, true },
	{ "proc", "/proc", NULL, true },
	{ "sysfs", "/sys", NULL, true },
	{ "tmpfs", "/run", "mode=755", true },
	{ "tmpfs", "/tmp", "mode=1777", true },
	{ "devpts", "/dev/pts", "mode=620,ptmxmode=666", false },
	{ "debugfs", "/sys/kernel/debug", NULL, false },
};

/* Without /dev/console in the initramfs the kernel gives PID 1 no descriptors at all. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0) {
		/* Either may be there already; whether they can be used shows at the open. */
		mkdir("/dev", 0755);
		mknod("/dev/console", S_IFCHR | 0600, makedev(5, 1));
		fd = open("/dev/console", O_RDWR | O_NOCTTY);
	}
	/* Without a console there is no place to report it. */
	if (fd < 0)
		return;
	for (int i = 0; i < 3; i++)
		if (fd != i && dup2(fd, i) < 0)
			complain("dup2 of the console: %s", errno_name(errno));
	if (fd > 2)
		close(fd);
}

static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		/* EEXIST, or the mount fails. */
		mkdir(mounts[i].at, 0755);
		if (mount(mounts[i].type, mounts[i].at, mounts[i].type, 0, mounts[i].options) == 0 || errno == EBUSY)
			continue;
		if (mounts[i].needed)
			die("cannot mount %s on %s: %s", mounts[i].type, mounts[i].at, errno_name(errno));
		complain("no %s on %s: %s", mounts[i].type, mounts[i].at, errno_name(errno));
	}
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = fd < 0 ? -1 : ioctl(fd, SIOCGIFFLAGS, &request);

	if (result == 0) {
		request.ifr_flags |= IFF_UP;
		result = ioctl(fd, SIOCSIFFLAGS, &request);
	}
	if (result < 0)
		complain("cannot bring lo up: %s", errno_name(errno));
	if (fd >= 0)
		close(fd);
}

static void load_early_modules(void)
{
	struct buffer list = {0};
	json_t *modules = json_array();
	json_t *failed, *one;
	const char *call;
	char *word, *rest;
	size_t i;
	int error = read_file(EARLY_MODULES, 65536, &list, &call);

	if (error && error != ENOENT)
		die("%s: %s: %s", EARLY_MODULES, call, errno_name(error));
	buffer_add(&list, "", 1);
	for (word = strtok_r(list.data, "\n", &rest); word; word = strtok_r(NULL, "\n", &rest))
		json_push(modules, json_string(word));
	failed = load_modules(modules);
	/* All of them are printed; the last line names the first. */
	json_array_foreach(failed, i, one)
		complain("module %s: %s", json_string_value(json_object_get(one, "module")),
			 json_string_value(json_object_get(one, "error")));
	if (json_array_size(failed))
		die("cannot load the module %s",
		    json_string_value(json_object_get(json_array_get(failed, 0), "module")));
	json_decref(failed);
	json_decref(modules);
	buffer_free(&list);
}

int init_guest(void)
{
	uint64_t start;
	int port;

	open_console();
	if (setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1) < 0 ||
	    setenv("HOME", "/root", 1) < 0)
		die("setenv: %s", errno_name(errno));
	if (chdir("/") < 0)
		die("chdir /: %s", errno_name(errno));
	umask(022);
	mount_all();
	/* The initramfs may have had no /dev/console. */
	open_console();
	loopback_up();
	load_early_modules();
	for (start = now_us();;) {
		port = port_open(AGENT_PORT);
		if (port >= 0)
			return port;
		if (errno != ENOENT)
			die("virtio port %s: %s", AGENT_PORT, errno_name(errno));
		if (now_us() - start > PORT_WAIT_US)
			die("no virtio port named %s in %d s: the machine needs one, and the kernel virtio_pci and "
			    "virtio_console (%s)", AGENT_PORT, PORT_WAIT_US / 1000000, EARLY_MODULES);
		usleep(2000);
	}
}

void init_connected(void)
{
	/* From here on the harness gets the log from the agent; the console shows only what is critical or worse. */
	if (klogctl(SYSLOG_ACTION_CONSOLE_LEVEL, NULL, CONSOLE_LOG_LEVEL) < 0)
		complain("cannot lower the console's log level: %s", errno_name(errno));
}
