#include "qr/option.h"

int qdr_option_choose(const char *name, int value, int preset, int least, int most, int *chosen,
                      qdr_error *err)
{
    *chosen = value ? value : preset;
    if (*chosen < least || *chosen > most)
        return qdr_fail(err, QDR_EUSAGE, "QR code: %s %d; allowed are %d to %d", name, value, least,
                        most);
    return QDR_OK;
}
