/* Options of this folder: a number of which 0 means the default. Local. */
#ifndef QDR_QR_OPTION_H
#define QDR_QR_OPTION_H

#include "quadrat/error.h"

#define QDR_VERSION_LIMIT_PRESET 25
#define QDR_QUIET_ZONE_PRESET 4 /* modules, as ISO/IEC 18004 demands */
#define QDR_QUIET_ZONE_MOST 32

/* *chosen becomes value, or preset when value is 0; outside least to most is QDR_EUSAGE. */
int qdr_option_choose(const char *name, int value, int preset, int least, int most, int *chosen,
                      qdr_error *err);

#endif
