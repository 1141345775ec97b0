/* Calls of reductions: operands, axes and options, to a node. */
#ifndef QDR_EXPR_REDUCTIONS_H
#define QDR_EXPR_REDUCTIONS_H

#include "expr/check.h"

/* The row is a qdr_reduction. */
qdr_build qdr_build_reduction;

/* The row is the name of the reduction that takes a quantile where this takes a percentile. */
qdr_build qdr_build_percentile;

#endif
