/* Arithmetic of Python's integers, which do not wrap as those of kernels do. */
#include "expr/checker.h"

#include <math.h>

#define BEYOND ((__int128)1 << 100) /* stands for what no 64 bits hold */

static __int128 integer_product(__int128 a, __int128 b)
{
    bool minus = (a < 0) != (b < 0);
    return fabs((double)a * (double)b) < 0x1p100 ? a * b : minus ? -BEYOND : BEYOND;
}

static __int128 integer_power(__int128 a, __int128 exponent)
{
    __int128 power = 1;
    for (; exponent; exponent >>= 1, a = integer_product(a, a))
        power = exponent & 1 ? integer_product(power, a) : power;
    return power;
}

/* The operation on integers of 64 bits, without wrapping. */
static __int128 on_integers(const qdr_operator *op, __int128 a, __int128 b)
{
    switch (op->precedence) {
    case QDR_PRECEDENCE_OR:
        return a | b;
    case QDR_PRECEDENCE_XOR:
        return a ^ b;
    case QDR_PRECEDENCE_AND:
        return a & b;
    case QDR_PRECEDENCE_SHIFT:
        return *op->symbol == '>' ? a >> (b < 64 ? b : 64) : integer_product(a, integer_power(2, b));
    case QDR_PRECEDENCE_SUM:
        return *op->symbol == '+' ? a + b : a - b;
    case QDR_PRECEDENCE_PRODUCT: {
        if (*op->symbol == '*')
            return integer_product(a, b);
        __int128 rest = a % b;
        rest += rest && (rest < 0) != (b < 0) ? b : 0;
        return *op->symbol == '%' ? rest : (a - rest) / b;
    }
    case QDR_PRECEDENCE_POWER:
        return integer_power(a, b);
    default: /* before one operand */
        return *op->symbol == '~' ? -1 - a : *op->symbol == '-' ? -a : a;
    }
}

static __int128 integer_of(const qdr_node *constant)
{
    qdr_scalar wide = qdr_scalar_widen(constant->value);
    return wide.dtype == QDR_UINT64 ? (__int128)wide.natural
           : wide.dtype == QDR_BOOL ? wide.truth
                                    : wide.integer;
}

bool qdr_check_makes_integer(const qdr_node *node)
{
    int precedence = node->op->precedence, most = QDR_RANK_BOOL;
    for (int i = 0; i < node->operands; i++) {
        int rank = qdr_check_rank(node->operand[i]->dtype);
        most = rank > most ? rank : most;
    }
    if (most > QDR_RANK_INTEGER || node->op->types == QDR_TYPES_DIVIDE ||
        precedence == QDR_PRECEDENCE_COMPARISON)
        return false;
    if (precedence == QDR_PRECEDENCE_POWER)
        return integer_of(node->operand[1]) >= 0;
    return most == QDR_RANK_INTEGER || !(precedence == QDR_PRECEDENCE_OR ||
                                         precedence == QDR_PRECEDENCE_XOR ||
                                         precedence == QDR_PRECEDENCE_AND);
}

int qdr_check_fold_integers(qdr_checker *c, const qdr_syntax *place, const qdr_node *node,
                            qdr_term *value)
{
    __int128 a = integer_of(node->operand[0]), b = integer_of(node->operand[node->operands - 1]);
    const qdr_kernel_check *check = qdr_kernel_check_find(node->op->name, QDR_INT64);
    int64_t sign = (b > 0) - (b < 0);
    if (check && check->find(1, &sign) == 0)
        return qdr_check_fail(c, place, "%s", check->text);
    if (node->op->precedence == QDR_PRECEDENCE_SHIFT && b < 0)
        return qdr_check_fail(c, place, "a number is shifted by a negative count");
    __int128 result = on_integers(node->op, a, b);
    if (result < INT64_MIN || result > UINT64_MAX)
        return qdr_check_fail(c, place, "this number does not fit %s",
                              result < 0 ? "int64" : "uint64");
    qdr_scalar scalar = {.dtype = result > INT64_MAX ? QDR_UINT64 : QDR_INT64,
                         .words = {(uint64_t)result}};
    return qdr_check_python(c, scalar, value);
}
