#include <stdio.h>

int main(void)
{
    puts("ctxscope " CTXSCOPE_VERSION);
    return 0;
}
