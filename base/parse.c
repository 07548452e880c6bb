#include "base/parse.h"

#include <stdbool.h>
#include <string.h>

/* A decimal with at most 18 digits after the point; digits beyond a double's precision do not matter to a person. */
static size_t decimal(const char *s, size_t n, double *value)
{
    size_t i = 0, digits = 0;
    double v = 0, place = 1;
    for (; i < n && s[i] >= '0' && s[i] <= '9'; i++, digits++)
        v = v * 10 + (s[i] - '0');
    if (i < n && s[i] == '.')
        for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++, digits++)
            v += (s[i] - '0') * (place /= 10);
    *value = v;
    return digits ? i : 0;
}

struct unit {
    const char *name;
    double factor;
};

/* The unit that s begins with, up to the next digit, point or the end; NULL when there is none of that name. */
static const struct unit *unit_at(const struct unit *units, const char *s, size_t n, size_t *len)
{
    size_t k = 0;
    while (k < n && s[k] != '.' && (s[k] < '0' || s[k] > '9'))
        k++;
    for (*len = k; units->name; units++)
        if (strlen(units->name) == k && !memcmp(units->name, s, k))
            return units;
    return NULL;
}

int parse_duration(const char *s, size_t n, int64_t *ns)
{
    static const struct unit units[] = {{"ns", 1},  {"us", 1e3}, {"\xC2\xB5s", 1e3}, {"\xCE\xBCs", 1e3}, {"ms", 1e6},
                                        {"s", 1e9}, {"m", 60e9}, {"h", 3600e9},      {NULL, 0}};
    bool minus = n && s[0] == '-';
    size_t i = n && (s[0] == '-' || s[0] == '+');
    double sum = 0;
    if (n == i)
        return -1;
    if (n - i == 1 && s[i] == '0') {
        *ns = 0;
        return 0;
    }
    while (i < n) {
        double v;
        size_t len, used = decimal(s + i, n - i, &v);
        const struct unit *u = used ? unit_at(units, s + i + used, n - i - used, &len) : NULL;
        if (!u)
            return -1;
        sum += v * u->factor;
        i += used + len;
    }
    if (sum > 9e18)
        return -1;
    *ns = (int64_t)(minus ? -(sum + 0.5) : sum + 0.5);
    return 0;
}

int parse_size(const char *s, size_t n, uint64_t *bytes)
{
    static const struct unit units[] = {{"", 1},
                                        {"B", 1},
                                        {"k", 1024},
                                        {"K", 1024},
                                        {"KiB", 1024},
                                        {"kB", 1e3},
                                        {"M", 1048576},
                                        {"MiB", 1048576},
                                        {"MB", 1e6},
                                        {"G", 1073741824},
                                        {"GiB", 1073741824},
                                        {"GB", 1e9},
                                        {"T", 1099511627776.0},
                                        {"TiB", 1099511627776.0},
                                        {"TB", 1e12},
                                        {NULL, 0}};
    double v;
    size_t len, used = decimal(s, n, &v);
    while (used && used < n && s[used] == ' ')
        used++;
    const struct unit *u = used ? unit_at(units, s + used, n - used, &len) : NULL;
    if (!u || used + len != n || v * u->factor > 9e18)
        return -1;
    *bytes = (uint64_t)(v * u->factor);
    return 0;
}

int parse_int(const char *s, size_t n, int64_t *out)
{
    size_t i = n && (s[0] == '-' || s[0] == '+');
    bool minus = i && s[0] == '-';
    int64_t v = 0;
    if (i == n)
        return -1;
    for (; i < n; i++) {
        if (s[i] < '0' || s[i] > '9' || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, s[i] - '0', &v))
            return -1;
    }
    *out = minus ? -v : v;
    return 0;
}
