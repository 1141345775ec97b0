#include "reduce/floating.h"

void qdr_sum_take(qdr_bins *bins, const qdr_tile *tile)
{
    switch (tile->dtype) {
    case QDR_BOOL:
        qdr_bins_add_bool(bins, tile->elements, tile->count);
        break;
    case QDR_INT64:
        qdr_bins_add_i64(bins, tile->elements, tile->count);
        break;
    case QDR_FLOAT32:
        qdr_bins_add_f32(bins, tile->elements, tile->count);
        break;
    case QDR_FLOAT64:
        qdr_bins_add_f64(bins, tile->elements, tile->count);
        break;
    case QDR_DTYPES:
        break;
    }
}

void qdr_squares_take(qdr_square_bins *bins, const qdr_tile *tile)
{
    switch (tile->dtype) {
    case QDR_BOOL:
        qdr_square_bins_add_bool(bins, tile->elements, tile->count);
        break;
    case QDR_INT64:
        qdr_square_bins_add_i64(bins, tile->elements, tile->count);
        break;
    case QDR_FLOAT32:
        qdr_square_bins_add_f32(bins, tile->elements, tile->count);
        break;
    case QDR_FLOAT64:
        qdr_square_bins_add_f64(bins, tile->elements, tile->count);
        break;
    case QDR_DTYPES:
        break;
    }
}

qdr_precision qdr_floating_precision(qdr_dtype dtype)
{
    return dtype == QDR_FLOAT32 ? QDR_TO_FLOAT : QDR_TO_DOUBLE;
}

qdr_scalar qdr_floating(qdr_dtype dtype, double value)
{
    if (dtype == QDR_FLOAT32)
        return (qdr_scalar){.dtype = QDR_FLOAT32, .single = (float)value};
    return (qdr_scalar){.dtype = QDR_FLOAT64, .real = value};
}
