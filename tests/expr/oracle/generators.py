"""Arrays that are made; include/quadrat/array.h has the formulas of the random ones."""
import functools
import math

import numpy as np


def words(shape, seed, kind):
    """Those that random arrays are made of; array.h has the formulas."""
    return np.random.Philox(key=seed + (kind << 64)).random_raw(math.prod(shape)).tolist()


def as_shape(size):
    return () if size is None else tuple(size) if isinstance(size, tuple) else (size,)


def random_array(size=None, *, seed):
    return np.random.Generator(np.random.Philox(key=seed)).random(as_shape(size))[()]


def integers(low, high=None, size=None, dtype="int64", *, seed):
    low, high = (0, low) if high is None else (low, high)
    shape = as_shape(size)
    values = [low + (w * (high - low) >> 64) for w in words(shape, seed, 2)]
    return np.array(values, dtype).reshape(shape)[()]


def logarithm(x):
    f, k = math.frexp(x)
    if f < math.sqrt(0.5):
        f, k = 2 * f, k - 1
    s = (f - 1) / (f + 1)
    t = 1 / 21
    for j in range(19, 0, -2):
        t = t * (s * s) + 1 / j
    return k * math.log(2) + 2 * s * t


# the coefficients of Algorithm AS 241, of the lowest power first, as published: a and b, c and d,
# e and f
PPND16 = [
    [(3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
      1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
      3.3430575583588128105e4, 2.5090809287301226727e3),
     (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
      5.2264952788528545610e3)],
    [(1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4),
     (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9)],
    [(6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7),
     (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15)],
]


def deviate(w):
    """A standard normal number."""
    m = w if w < 1 << 63 else (1 << 64) - 1 - w
    q, p = ((float(k) + 0.5) / 2.0 ** 64 for k in (m, (1 << 63) - 1 - m))
    tail = 0 if q <= 0.425 else math.sqrt(-logarithm(p))
    row, r = (0, 0.180625 - q * q) if not tail else (1, tail - 1.6) if tail <= 5 else (2, tail - 5)
    above, below = (functools.reduce(lambda x, c: x * r + c, reversed(of)) for of in PPND16[row])
    return math.copysign(above / below * (1 if tail else q), 1 if w < 1 << 63 else -1)


def normal(loc=0.0, scale=1.0, size=None, *, seed):
    shape = as_shape(size)
    return np.array([loc + scale * deviate(w) for w in words(shape, seed, 1)]).reshape(shape)[()]


def indices(shape, dtype="int64"):
    return np.indices(shape).astype(dtype)


def full(shape, fill_value, dtype=None):
    return np.full(shape, fill_value, dtype)[()]
