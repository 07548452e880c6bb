#include "tui/spark.h"

#include <math.h>

void spark_peaks(const double *in, int n, int per, double *out)
{
    for (int i = 0; i < n; i++) {
        out[i] = 0;
        for (int k = 0; k < per; k++)
            out[i] = in[i * per + k] > out[i] ? in[i * per + k] : out[i];
    }
}

void spark_draw(struct grid *g, int x, int y, int n, int rows, enum role role, const double *values, double max)
{
    for (int i = 0; i < n && max > 0; i++) {
        int steps = (int)round(values[i] / max * 8 * rows);
        if (values[i] <= 0)
            continue;
        steps = steps < 1 ? 1 : steps > 8 * rows ? 8 * rows : steps;
        grid_level(g, x + i, y, role, steps > 8 ? 8 : steps);
        if (rows > 1 && steps > 8)
            grid_level(g, x + i, y - 1, role, steps - 8);
    }
}
