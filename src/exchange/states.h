/* States as texts that a QR code carries, and pasting does.
 *
 *     QUADRAT-STATE-2 7WE QE-...../
 *
 * The first line of the state's bytes (engine/state.h) in capitals, a space, the bytes behind that
 * line in base45 (RFC 9285), and a slash, which tells that no space at the end was lost. All of it is
 * in a QR code's alphanumeric mode, 8.25 bits a byte. Newlines in it do not count. Local.
 */
#ifndef QDR_EXCHANGE_STATES_H
#define QDR_EXCHANGE_STATES_H

#include "base/bytes.h"
#include "quadrat/run.h"

/* Appends the text of a state. */
int qdr_state_text(const qdr_state *state, qdr_bytes *to, qdr_error *err);

/* Whether a text begins as that of a state, of any version. */
bool qdr_state_text_begins(const char *text, size_t size);

/* The bytes up to the next line that begins another such text, or to the end. */
size_t qdr_state_text_size(const char *text, size_t size);

/* Appends the bytes of such a text; QDR_EDATA when it is damaged. What they hold is unchecked. */
int qdr_state_of_text(const char *text, size_t size, qdr_bytes *to, qdr_error *err);

/* The same two of what may be a state's bytes or its text. */
bool qdr_state_either_begins(const char *data, size_t size);
int qdr_state_of_either(const char *data, size_t size, qdr_bytes *to, qdr_error *err);

#endif
