/* SPDX-License-Identifier: MIT */
/* sample.h: code that debuginfo.c looks for in debug information. It is compiled with it, and alone by tests/unix/dbghelp.sh. */
typedef struct sample_point {
    int x, y;
    unsigned flag : 3, rest : 5;
    struct sample_point *next;
    char name[16];
    short grid[2][3];
} sample_point_t;

enum sample_color { SAMPLE_RED, SAMPLE_GREEN = 5, SAMPLE_BLUE = -1 };

union sample_either {
    int number;
    double real;
};

static volatile int sample_counter = 3;
sample_point_t sample_origin = { 1, 2, 0, 0, 0, "zero", { { 0 } } };
volatile enum sample_color sample_favourite = SAMPLE_GREEN;
union sample_either sample_either = { 7 };

enum { SAMPLE_TWICE_LINE = __LINE__ + 1 };
static inline __attribute__((always_inline)) int sample_twice(int value)
{
    int result = value * 2;
    sample_counter += result;
    return result;
}

enum { SAMPLE_ADD_LINE = __LINE__ + 1 };
__attribute__((noinline)) int sample_add(int a, int b, sample_point_t *p)
{
    volatile int sum = a + b;
    if (p) {
        volatile int inner = p->x;
        sum += inner + sample_twice(sum);
    }
    return sum;
}
enum { SAMPLE_END_LINE = __LINE__ };

int sample_main(void)
{
    return sample_add(sample_counter, 4, &sample_origin) + sample_favourite + sample_either.number;
}
