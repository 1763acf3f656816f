/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process of the scenario does for a request; each answers it, with worker_answer() or worker_refuse(). */
#ifndef HAZMAT_AGENT_WORKER_HANDLERS_H
#define HAZMAT_AGENT_WORKER_HANDLERS_H

struct request;

void work_map(const struct request *request);
void work_touch(const struct request *request);
void work_touch_again(const struct request *request);
void work_round(const struct request *request);
void work_spin(const struct request *request);
void work_fork(const struct request *request);
void work_start_threads(const struct request *request);
void work_leader_exit(const struct request *request);
void work_madvise(const struct request *request);
void work_msync(const struct request *request);
void work_read_to_mapping(const struct request *request);
void work_write_from_mapping(const struct request *request);

#endif
