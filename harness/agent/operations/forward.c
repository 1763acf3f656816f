/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries bytes between a virtio port and a TCP port of the guest, one connection at a time. Data from the host opens
 * the connection; it ends when the host disconnects. After the guest's server has closed, what the host still sends
 * belongs to the old connection: it is dropped until the host has disconnected.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../base/io.h"
#include "../base/json.h"
#include "../base/names.h"
#include "../children/job.h"
#include "../guest/port.h"
#include "../request/arguments.h"
#include "handlers.h"

#define PIECE 32768

struct way {
	char data[PIECE];
	size_t from, to;
};

static struct {
	int port_fd, tcp_fd;
	struct sockaddr_in server;
	bool dead;		/* the server has closed: drop until the host disconnects */
	struct way in, out;	/* to the server, to the host */
} forward;

static void close_server(void)
{
	if (forward.tcp_fd >= 0)
		close(forward.tcp_fd);
	forward.tcp_fd = -1;
	forward.in.from = forward.in.to = 0;
}

static void host_gone(void)
{
	close_server();
	forward.out.from = forward.out.to = 0;
	forward.dead = false;
}

static void server_gone(void)
{
	close_server();
	forward.dead = true;
}

static void connect_server(void)
{
	static int last_error;
	int error = 0;

	forward.tcp_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (forward.tcp_fd < 0 ||
	    connect(forward.tcp_fd, (struct sockaddr *)&forward.server, sizeof(forward.server)) < 0)
		error = errno;
	/* The host connects again and again until the server listens: each reason is printed once. */
	if (error && error != last_error)
		complain("forward: connect to port %d: %s", ntohs(forward.server.sin_port), errno_name(error));
	last_error = error;
	if (error)
		server_gone();
	else
		set_nonblocking(forward.tcp_fd);
}

/* Reads into an empty way; as read(2), but -1 with EAGAIN while the way is full. */
static ssize_t take(struct way *way, int fd)
{
	ssize_t done;

	if (way->from < way->to) {
		errno = EAGAIN;
		return -1;
	}
	done = read(fd, way->data, PIECE);
	way->from = 0;
	way->to = done > 0 ? done : 0;
	return done;
}

/* False when the other side has closed. */
static bool give(struct way *way, int fd)
{
	ssize_t done;

	if (way->from == way->to)
		return true;
	done = write(fd, way->data + way->from, way->to - way->from);
	if (done > 0)
		way->from += done;
	return done >= 0 || errno == EAGAIN || errno == EINTR;
}

/* True when anything moved. */
static bool pump(void)
{
	size_t before = forward.out.to - forward.out.from;
	ssize_t done = take(&forward.in, forward.port_fd);
	bool moved = done > 0;

	if (done == 0) {
		host_gone();
		return false;
	}
	if (forward.dead)
		forward.in.from = forward.in.to = 0;
	else if (done > 0 && forward.tcp_fd < 0)
		connect_server();
	if (forward.tcp_fd >= 0 && !give(&forward.in, forward.tcp_fd))
		server_gone();
	if (forward.tcp_fd >= 0) {
		done = take(&forward.out, forward.tcp_fd);
		moved = moved || done > 0;
		if (done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR))
			server_gone();
	}
	give(&forward.out, forward.port_fd);
	return moved || before != forward.out.to - forward.out.from;
}

static void __attribute__((noreturn)) pump_forever(void)
{
	for (;;) {
		struct pollfd fds[2] = { { .fd = forward.port_fd }, { .fd = -1 } };

		if (pump())
			continue;
		fds[1].fd = forward.tcp_fd;
		fds[forward.in.from < forward.in.to].events |= forward.in.from < forward.in.to ? POLLOUT : POLLIN;
		fds[forward.out.from == forward.out.to].events |= forward.out.from < forward.out.to ? POLLOUT : POLLIN;
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die("forward: poll: %s", errno_name(errno));
		/* Without a host the port polls as HUP all the time. */
		if (fds[0].revents & POLLHUP)
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
}

void op_forward(const struct request *request)
{
	const char *name = arg_text(request, "name");

	if (!job_begin(request))
		return;
	signal(SIGPIPE, SIG_IGN);
	forward.port_fd = port_open(name);
	if (forward.port_fd < 0)
		job_refuse("forward: virtio port \"%s\": %s", name, errno_name(errno));
	forward.tcp_fd = -1;
	forward.server.sin_family = AF_INET;
	forward.server.sin_port = htons(arg_integer(request, "port"));
	forward.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	job_answer(json_object());
	pump_forever();
}
