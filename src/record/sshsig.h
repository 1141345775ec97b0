/* OpenSSH's signatures of a text in the namespace quadrat (PROTOCOL.sshsig); sign.h says over what.
 * Local. */
#ifndef QDR_RECORD_SSHSIG_H
#define QDR_RECORD_SSHSIG_H

#include "base/bytes.h"
#include "record/key.h"

#define QDR_SSHSIG_SIGNED 99      /* bytes that Ed25519 signs */
#define QDR_SIGNATURE_BLOB 83     /* "ssh-ed25519" and the 64 bytes, each as a string */

/* What Ed25519 signs for the first size bytes of text. */
void qdr_sshsig_data(const void *text, size_t size, unsigned char data[QDR_SSHSIG_SIGNED]);

bool qdr_sshsig_holds(const qdr_public_key *key, const void *text, size_t size,
                      const unsigned char signature[QDR_SIGNATURE_SIZE]);

/* Appends the armored form, which is for ssh-keygen. */
void qdr_sshsig_armor(qdr_bytes *b, const qdr_public_key *key,
                      const unsigned char signature[QDR_SIGNATURE_SIZE]);

/* The other way round. False for any other text, and for another namespace. */
bool qdr_sshsig_of_armor(const char *armor, qdr_public_key *key,
                         unsigned char signature[QDR_SIGNATURE_SIZE]);

/* A signature's blob (RFC 8709, section 6), as the agent gives it. False when it is none. */
bool qdr_sshsig_of_blob(const void *blob, size_t size, unsigned char signature[QDR_SIGNATURE_SIZE]);

#endif
