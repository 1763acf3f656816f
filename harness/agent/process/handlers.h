/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that serve operations on processes of the scenario. Their arguments have been checked. */
#ifndef HAZMAT_AGENT_PROCESS_HANDLERS_H
#define HAZMAT_AGENT_PROCESS_HANDLERS_H

struct request;

void op_spawn(const struct request *request);
void op_fork(const struct request *request);
void op_map(const struct request *request);
void op_leader_exit(const struct request *request);
/* Any other operation that the process itself carries out (`work` in its row). */
void op_process(const struct request *request);
void op_stop(const struct request *request);
void op_kill(const struct request *request);
void op_pagemap(const struct request *request);
void op_read_memory(const struct request *request);
void op_frame(const struct request *request);

#endif
