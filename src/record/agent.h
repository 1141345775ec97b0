/* Asking an ssh-agent (draft-miller-ssh-agent), each time on a connection of its own, since hours
 * lie between the questions. What it answers is checked, and an agent that stays silent for a
 * minute is given up. `agent` is the path of its socket; NULL or "" is an agent that is not there,
 * QDR_EREFUSED. Local. */
#ifndef QDR_RECORD_AGENT_H
#define QDR_RECORD_AGENT_H

#include "record/key.h"

/* Whether the agent has the secret of that key. */
int qdr_agent_has(const char *agent, const qdr_public_key *key, bool *has, qdr_error *err);

/* Its signature of the first size bytes of data, as it gave it. QDR_EREFUSED when it will not. */
int qdr_agent_sign(const char *agent, const qdr_public_key *key, const void *data, size_t size,
                   unsigned char signature[QDR_SIGNATURE_SIZE], qdr_error *err);

#endif
