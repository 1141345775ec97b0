/* Functions that make arrays: generators, and open() for files. */
#ifndef QDR_EXPR_GENERATORS_H
#define QDR_EXPR_GENERATORS_H

#include "expr/check.h"

#define QDR_GENERATORS "Generators and files" /* the group in the help */

/* Each is ended by a row without name. */
extern const qdr_function qdr_generators[];
extern const qdr_function qdr_ranges[];  /* ranges.c */
extern const qdr_function qdr_randoms[]; /* randoms.c */

/* The dtype that an argument asks for, or `usual` when it is absent. */
int qdr_generator_dtype(qdr_checker *checker, const qdr_term *value, qdr_dtype usual,
                        qdr_dtype *dtype);

/* Ends a canonical call. */
void qdr_generator_end(qdr_bytes *text, qdr_dtype dtype, qdr_dtype usual);

#endif
