/* Integer values of exact reductions. */
#include "reduce/reducers.h"

int qdr_integer_finish(bool fits, qdr_scalar wide, qdr_dtype dtype, const char *what,
                       const char *advice, qdr_scalar *value, qdr_error *err)
{
    if (!fits || !qdr_scalar_fits(wide, dtype))
        return qdr_fail(err, QDR_EUSAGE, "the %s does not fit %s; %s", what,
                        qdr_dtype_name(dtype), advice);
    *value = qdr_scalar_narrow(wide, dtype);
    return QDR_OK;
}
